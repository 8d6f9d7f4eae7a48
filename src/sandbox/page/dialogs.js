// The two boxes: share a place, and read an alert.

import { make } from "/message.js";

const SAMPLES = [
  ["UBND xã An Phú", "Thôn Trung, xã An Phú", 20.98132, 105.78841],
  ["Nhà văn hoá thôn Đông", "Thôn Đông, xã An Phú", 20.98420, 105.79313],
  ["Trạm bơm số 2", "Bờ kênh chính, thôn Đoài", 20.97655, 105.78102],
  ["Trường Tiểu học An Phú", "Thôn Trung, xã An Phú", 20.98247, 105.78577],
  ["Trạm Y tế xã", "Thôn Thượng, xã An Phú", 20.98811, 105.78290],
  ["", "", 20.97904, 105.79068],
];

const placeBox = document.getElementById("place");
const form = placeBox.querySelector("form");
const alertBox = document.getElementById("alert");
let chosen = () => {};

SAMPLES.forEach(([title], index) => {
  form.elements.sample.append(make("option", "", { value: index }, title || "Một điểm ngoài đồng (chỉ toạ độ)"));
});

function fill() {
  const [title, address, latitude, longitude] = SAMPLES[Number(form.elements.sample.value)];
  Object.entries({ title, address, latitude, longitude }).forEach(([name, value]) => {
    form.elements[name].value = value;
  });
}

form.elements.sample.addEventListener("change", fill);
form.querySelector("[value=cancel]").addEventListener("click", () => placeBox.close());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const value = (name) => form.elements[name].value.trim();
  const title = value("title") || null;
  placeBox.close();
  chosen({
    latitude: Number(value("latitude")), longitude: Number(value("longitude")),
    title, address: title && value("address"),
  });
});
alertBox.querySelector("button").addEventListener("click", () => alertBox.close());

/** Asks for a place; `then` gets latitude, longitude, title and address. */
export function askPlace(then) {
  chosen = then;
  fill();
  placeBox.showModal();
}

/** Shows words that must be closed. */
export function showAlert(text) {
  document.getElementById("alert-text").textContent = text;
  if (!alertBox.open) alertBox.showModal();
}
