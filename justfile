# `just` shows what there is; every recipe is one command that can be typed as well.

default:
    @just --list

# The sample organisation on the practice platform, and its page.
demo *args:
    cargo run --release -- demo {{args}}

# The tests; what is not installed (PostgreSQL, Chromium, Python) is skipped and named.
test *args:
    cargo test --locked {{args}}

# `kill -9` at random moments on both engines, over every channel: `just crash`, `just crash 10000`, `LOA_SEED=7 just crash`.
crash kills="1000":
    LOA_KILLS={{kills}} cargo test --locked --test crash -- kills takeover elsewhere --nocapture

# Every failpoint, killed, failed and held up, once and always, on both engines.
failpoints:
    LOA_POINTS=1000 cargo test --locked --test crash -- points --nocapture

# The checker has to find every fault that is planted.
mutants:
    cargo test --locked --test crash -- mutants --nocapture

# The power fails, the disk is full, read-only or broken, the server goes away: `just power 1000`.
power losses="200":
    LOA_LOSSES={{losses}} cargo test --locked --test power -- --nocapture

# All that has to hold before a change goes in.
ci:
    .ci/run

# How fast messages go out, beside the limit, in about 20 minutes; one part: `just bench limit30`.
bench *parts="unlimited together distant limit30 limit1000 replies intake webhooks fanout large":
    cargo bench --locked --bench store
    cargo bench --locked --bench cases
    cargo bench --locked --bench audience
    cargo bench --locked --bench delivery -- {{parts}}

# Memory and the write-ahead log over ten minutes of steady use on a bad line: `just soak 3600`.
soak seconds="600":
    LOA_BENCH_SECONDS={{seconds}} cargo bench --locked --bench delivery -- soak

fmt:
    cargo fmt

lint:
    cargo clippy --locked --all-targets -- -D warnings

# Licences, sources, copies: needs cargo-deny.
deny:
    cargo deny check

# The smallest and fastest program, for packages.
dist:
    cargo build --locked --profile dist

# Odd inputs, a million for each parser, 20,000 whole dialogues; `just fuzz 20000` for fewer.
fuzz inputs="1_000_000":
    LOA_FUZZ_INPUTS={{inputs}} cargo test --release --locked --test fuzz -- --nocapture --test-threads=1

# Ten simulated years for each of so many seeds: `just simulate 2000`; `just simulate 1 17` plays seed 17 again.
simulate seeds="1000" first="1":
    LOA_SEEDS={{seeds}} LOA_SEED={{first}} cargo test --release --locked --test simulation -- --nocapture in_ten_years

# A simulated year of so many seeds, each twice: both have to go the same way.
replay seeds="100" first="1":
    LOA_REPLAYS={{seeds}} LOA_SEED={{first}} cargo test --release --locked --test simulation -- --nocapture the_same_seed
