"""A local stand-in for Microsoft Teams: channels, chats, sign-in keys and tokens, with a page to look at it."""
