"""A client that nobody here wrote, python-zalo-bot, calls the stand-in and says what it understood."""

import asyncio
import json
import sys

from zalo_bot import Bot


async def main(url, token, photo):
    heard = []
    async with Bot(token, base_url=url) as bot:
        me = await bot.get_me()
        heard.append([me.id, me.account_name])
        for _ in range(3):
            update = await bot.get_update(timeout=5)
            message = update.message
            heard.append([message.from_user.display_name, message.chat.id, message.text, bool(message.photo_url)])
            await message.reply_text("Đã nhận") if message.text else None
        sent = await bot.send_message("lan", "Chào Lan")
        heard.append([sent.message_id, sent.date.timestamp()])
        await bot.send_photo("lan", "Sơ đồ", photo)
        await bot.send_sticker("lan", "s1")
        await bot.send_chat_action("lan", "typing")
        # What is refused with HTTP 200 is nothing to this client.
        heard.append(await bot.send_message("ai", "Chào"))
    print(json.dumps(heard))


asyncio.run(main(*sys.argv[1:]))
