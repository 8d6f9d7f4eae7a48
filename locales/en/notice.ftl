# Notices: writing, approving, confirming.
notice-urgent-mark = 🔴 URGENT
notice-confirm-button = ✅ Received
notice-confirm-thanks = Thank you { $name }, noted.
notice-confirmed-before = You confirmed this at { $at } already.
notice-confirm-stranger = You are not enrolled yet, so this cannot be counted. Write to the bot in private.
