"""What stands on command and training sheets, in English and in Hindi."""

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.presentation.phrases import BadgeCardWords
from traitortrack_desktop.presentation.sheet_phrases import HeadingWords, SheetWords, TrainingWords

ENGLISH_SHEETS = SheetWords(
    title="TraitorTrack commands: {role}",
    roles={Role.ADMIN: "administrator", Role.BILLER: "biller", Role.DISPATCHER: "operator"},
    packing=HeadingWords(
        title="Packing", hint="Scan one instead of pressing a key. What it asks, the screen says."
    ),
    why=HeadingWords(
        title="Why is it closed early?", hint="Only when the screen asks, after CLOSE was scanned twice."
    ),
    memory=HeadingWords(
        title="Readings out of a scanner's memory", hint="When the screen says that readings are held."
    ),
    finding=HeadingWords(
        title="Finding", hint="After FIND each bag or bill you scan is looked up and not counted."
    ),
    bills=HeadingWords(title="Bills", hint="Scan the bill, then the parent bags. COMPLETE is scanned twice."),
    places=HeadingWords(
        title="How many parent bags a new bill takes", hint="When the screen asks, after a new bill."
    ),
    returns=HeadingWords(
        title="Returns", hint="NEW RETURN, the depot, then each parent bag. COMPLETE is scanned twice."
    ),
    areas=HeadingWords(title="Depots", hint="Where the bags come back, when the screen asks."),
    deleting=HeadingWords(
        title="Deleting", hint="DELETE, the bag, and the bag again. At a bill: DELETE and the bill."
    ),
    commands={
        Command.UNDO: "UNDO: take the last one out",
        Command.CLOSE: "CLOSE the bag (twice)",
        Command.REMOVE: "TAKE OUT: then scan the bag",
        Command.CANCEL: "CANCEL what is asked",
        Command.UNDERSTOOD: "UNDERSTOOD: go on after a stop",
        Command.PLACE: "PLACE what is held",
        Command.ASIDE: "ASIDE: do not count what is held",
        Command.MOVE: "MOVE bags here, then scan them",
        Command.WRONG_PARENT: "WRONG PARENT: scan the right one",
        Command.RELABEL: "NEW LABEL for a bag",
        Command.REOPEN: "REOPEN the last bag, or the bill",
        Command.DELETE: "DELETE a bag, or the bill",
        Command.COMPLETE: "COMPLETE (twice)",
        Command.LEAVE: "LEAVE: back to packing",
        Command.FIND: "FIND a bag or a bill",
        Command.NEW_RETURN: "NEW RETURN",
        Command.CANCEL_RETURN: "CANCEL THE RETURN (twice)",
        Command.LOT_ENDED: "the lot is finished",
        Command.SHIFT_ENDED: "the shift is over",
        Command.MATERIAL_SHORT: "no more material",
        Command.BAG_DAMAGED: "the bag is damaged",
        Command.AS_ORDERED: "so it was ordered",
    },
    place="{number} parent bags",
    area_names={
        "lucknow": "Lucknow",
        "indore": "Indore",
        "jaipur": "Jaipur",
        "hisar": "Hisar",
        "sri_ganganagar": "Sri Ganganagar",
        "sangaria": "Sangaria",
        "bathinda": "Bathinda",
        "raipur": "Raipur",
        "ranchi": "Ranchi",
        "akola": "Akola",
    },
    training=TrainingWords(
        title="TraitorTrack training: {role} (practice station only)",
        pack=HeadingWords(
            title="1  Pack", hint="Scan the parent bag, then the four child bags. The count goes to 4."
        ),
        undo=HeadingWords(
            title="2  Take out",
            hint="Scan bag 5, then UNDO. Scan it again, then TAKE OUT and the bag: it is out again.",
        ),
        full=HeadingWords(
            title="3  Close and reopen",
            hint="Scan CLOSE: the screen asks. Scan CLOSE again. REOPEN opens the same bag again.",
        ),
        elsewhere=HeadingWords(
            title="4  A bag that is elsewhere",
            hint="CLOSE twice, open this parent, scan bag 1: STOP. UNDERSTOOD, MOVE, bag 1: moved.",
        ),
        wrong_parent=HeadingWords(
            title="5  The wrong parent bag",
            hint="Open the first, scan the six, then WRONG PARENT and the other: all six are moved.",
        ),
        relabel=HeadingWords(
            title="6  A damaged label",
            hint="NEW LABEL, the bag, the new label, the new label again. Its history stays.",
        ),
        find=HeadingWords(title="7  Find", hint="FIND, then the bag: where it is and who put it there."),
        bill=HeadingWords(
            title="8  A bill",
            hint="Scan the bill twice, then both parents. TAKE OUT and one parent takes it off again.",
        ),
        returns=HeadingWords(
            title="9  A return", hint="NEW RETURN, the depot, the parent bag, COMPLETE twice."
        ),
        parent="parent bag {parent}",
        child="child bag {number}",
        bill_code="the bill",
        new_label="its new label",
    ),
)

HINDI_SHEETS = SheetWords(
    title="TraitorTrack आदेश: {role}",
    roles={Role.ADMIN: "प्रशासक", Role.BILLER: "बिलर", Role.DISPATCHER: "ऑपरेटर"},
    packing=HeadingWords(title="पैकिंग", hint="बटन दबाने की जगह यह स्कैन करें। आगे क्या करना है, स्क्रीन बताएगी।"),
    why=HeadingWords(title="बोरी पहले क्यों बंद की?", hint="केवल तब, जब CLOSE दो बार स्कैन करने पर स्क्रीन पूछे।"),
    memory=HeadingWords(title="स्कैनर की मेमोरी से आए स्कैन", hint="जब स्क्रीन बताए कि स्कैन रोके गए हैं।"),
    finding=HeadingWords(
        title="खोज", hint="FIND के बाद स्कैन की गई बोरी या बिल केवल खोजा जाता है, गिना नहीं जाता।"
    ),
    bills=HeadingWords(title="बिल", hint="पहले बिल स्कैन करें, फिर बड़ी बोरियाँ। COMPLETE दो बार स्कैन करें।"),
    places=HeadingWords(title="नए बिल में कितनी बड़ी बोरियाँ", hint="नए बिल के बाद, जब स्क्रीन पूछे।"),
    returns=HeadingWords(
        title="वापसी", hint="NEW RETURN, फिर डिपो, फिर हर बड़ी बोरी। COMPLETE दो बार स्कैन करें।"
    ),
    areas=HeadingWords(title="डिपो", hint="बोरियाँ कहाँ वापस आईं, जब स्क्रीन पूछे।"),
    deleting=HeadingWords(
        title="हटाना", hint="DELETE, फिर बोरी, फिर वही बोरी दोबारा। बिल पर: DELETE और बिल।"
    ),
    commands={
        Command.UNDO: "पिछली बोरी वापस निकालें",
        Command.CLOSE: "बोरी बंद करें (दो बार)",
        Command.REMOVE: "निकालें: फिर बोरी स्कैन करें",
        Command.CANCEL: "सवाल रद्द करें",
        Command.UNDERSTOOD: "समझ गए: रुकने के बाद आगे बढ़ें",
        Command.PLACE: "रोके गए स्कैन गिनें",
        Command.ASIDE: "रोके गए स्कैन न गिनें",
        Command.MOVE: "बोरियाँ यहाँ लाएँ, फिर स्कैन करें",
        Command.WRONG_PARENT: "गलत बड़ी बोरी: सही वाली स्कैन करें",
        Command.RELABEL: "बोरी का नया लेबल",
        Command.REOPEN: "पिछली बोरी या बिल फिर खोलें",
        Command.DELETE: "बोरी या बिल हटाएँ",
        Command.COMPLETE: "पूरा करें (दो बार)",
        Command.LEAVE: "पैकिंग पर वापस जाएँ",
        Command.FIND: "बोरी या बिल खोजें",
        Command.NEW_RETURN: "नई वापसी",
        Command.CANCEL_RETURN: "वापसी रद्द करें (दो बार)",
        Command.LOT_ENDED: "लॉट खत्म हो गया",
        Command.SHIFT_ENDED: "शिफ्ट खत्म हो गई",
        Command.MATERIAL_SHORT: "माल नहीं बचा",
        Command.BAG_DAMAGED: "बोरी खराब है",
        Command.AS_ORDERED: "ऑर्डर ऐसा ही था",
    },
    place="{number} बड़ी बोरियाँ",
    area_names={
        "lucknow": "लखनऊ",
        "indore": "इंदौर",
        "jaipur": "जयपुर",
        "hisar": "हिसार",
        "sri_ganganagar": "श्री गंगानगर",
        "sangaria": "संगरिया",
        "bathinda": "बठिंडा",
        "raipur": "रायपुर",
        "ranchi": "रांची",
        "akola": "अकोला",
    },
    training=TrainingWords(
        title="TraitorTrack अभ्यास: {role} (केवल अभ्यास स्टेशन पर)",
        pack=HeadingWords(title="1  पैक करें", hint="बड़ी बोरी स्कैन करें, फिर चार छोटी बोरियाँ। गिनती 4 हो जाएगी।"),
        undo=HeadingWords(
            title="2  निकालें",
            hint="बोरी 5 स्कैन करें, फिर UNDO। दोबारा स्कैन करें, फिर TAKE OUT और बोरी: वह बाहर है।",
        ),
        full=HeadingWords(
            title="3  बंद करें और फिर खोलें",
            hint="CLOSE स्कैन करें: स्क्रीन पूछेगी। CLOSE दोबारा। REOPEN वही बोरी फिर खोलता है।",
        ),
        elsewhere=HeadingWords(
            title="4  जो बोरी कहीं और है",
            hint="CLOSE दो बार, यह बड़ी बोरी खोलें, बोरी 1: रुकें। UNDERSTOOD, MOVE, बोरी 1: आ गई।",
        ),
        wrong_parent=HeadingWords(
            title="5  गलत बड़ी बोरी",
            hint="पहली खोलें, छह बोरियाँ स्कैन करें, फिर WRONG PARENT और दूसरी: छहों चली गईं।",
        ),
        relabel=HeadingWords(
            title="6  खराब लेबल", hint="NEW LABEL, बोरी, नया लेबल, नया लेबल दोबारा। इतिहास बना रहता है।"
        ),
        find=HeadingWords(title="7  खोजें", hint="FIND, फिर बोरी: वह कहाँ है और किसने रखी।"),
        bill=HeadingWords(
            title="8  बिल", hint="बिल दो बार स्कैन करें, फिर दोनों बड़ी बोरियाँ। TAKE OUT और बोरी: बिल से बाहर।"
        ),
        returns=HeadingWords(title="9  वापसी", hint="NEW RETURN, डिपो, बड़ी बोरी, COMPLETE दो बार।"),
        parent="बड़ी बोरी {parent}",
        child="छोटी बोरी {number}",
        bill_code="बिल",
        new_label="नया लेबल",
    ),
)

SHEETS = {"en": ENGLISH_SHEETS, "hi": HINDI_SHEETS}
"""The languages of the sheets by their codes (ISO 639-1)."""

ENGLISH_BADGES = BadgeCardWords(
    title="Badges",
    hint="Print at 100 % (actual size), cut along the marks, delete this file: the bars are the badge.",
    maker="TraitorTrack",
    until="Valid until {at}",
    without_end="Valid until it is switched off",
    name_by_hand="Name",
    notes=(
        "This badge signs you in. Do not lend it. Do not let it be photographed.",
        "Lost? Tell the administrator at once, who switches it off.",
    ),
)

HINDI_BADGES = BadgeCardWords(
    title="बैज",
    hint="100 % (असली आकार) पर छापें, निशानों पर काटें, फिर यह फ़ाइल मिटा दें: बारकोड ही बैज है।",
    maker="TraitorTrack",
    until="{at} तक मान्य",
    without_end="बंद किए जाने तक मान्य",
    name_by_hand="नाम",
    notes=(
        "इस बैज से आप साइन इन करते हैं। किसी को न दें। फ़ोटो न लेने दें।",
        "खो गया? तुरंत प्रशासक को बताएँ, वह इसे बंद कर देगा।",
    ),
)

BADGES = {"en": ENGLISH_BADGES, "hi": HINDI_BADGES}
