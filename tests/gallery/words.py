"""Words that cards must survive, by what they are."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "long": "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3
    + r" C:\Windows\System32\WindowsPowerShell\v1.0\Modules\Microsoft.PowerShell.Management\very-long-name.psd1",
    "right to left": "تنبيه: محاولة سرقة بيانات الاعتماد على web-1 · שרת הבנייה הותקף",
    "emoji": "🔥 Fire 👩‍👩‍👧‍👦 🇪🇸 ✋🏽 ❤️ 1️⃣ 汉字かな交じり文 ไทย",
    "marked up": "**loud** [x](https://evil.example) <at>Ana</at> {{DATE(2026-11-21T03:15:00Z)}} `code` | a | b |",
    "nothing": "",
}
