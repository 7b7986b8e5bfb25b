"""The Teams app package, which is uploaded to Teams to install the bot."""
