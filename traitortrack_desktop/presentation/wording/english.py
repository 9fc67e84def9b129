"""Every sentence an operator sees, in one place: English.

``phrases`` says what the shapes mean and which names a pattern may hold.
"""

from dataclasses import replace

from traitortrack_desktop.domain.accounts import (
    LEAST_PASSWORD_CHARACTERS,
    AccountProblem,
    PasswordPart,
    StationProblem,
)
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import EntryKind, QuestionKind
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Rights, Role
from traitortrack_desktop.domain.scanners import Connection, ScannerRole, ScannerSetting, Terminator
from traitortrack_desktop.presentation.office_acts import FormKind, OfficeAct, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_notes import FormProblem, OfficeNote
from traitortrack_desktop.presentation.office_phrases import (
    AccountWords,
    AuditWords,
    FormWords,
    OfficeWords,
    Said,
    SessionWords,
    StationWords,
)
from traitortrack_desktop.presentation.own_steps import OverrideState, OwnStep
from traitortrack_desktop.presentation.phrases import (
    CalibrationSheetWords,
    CheckWords,
    CodeSheetWords,
    DatabasePasswordWords,
    HeadingWords,
    Instructions,
    Labels,
    Marks,
    PeopleWords,
    Phrase,
    Plural,
    ScannerSetUpWords,
    SetUpWords,
    SignInWords,
    Wording,
)
from traitortrack_desktop.presentation.scanner_acts import GuideCheck, ScannerAct
from traitortrack_desktop.presentation.wording.find_words import FIND_WORDS
from traitortrack_desktop.presentation.wording.sheet_words import ENGLISH_BADGES, ENGLISH_SHEETS
from traitortrack_desktop.presentation.wording.work_words import (
    BILL_IS_FULL,
    CARD_WORDS,
    DESK_WORDS,
    LATE_OF_MANY,
    LATE_ONTO,
    MOVED_FULL,
    NEVER_PACKED,
    WORK_ACCEPTED,
    WORK_COMMANDS,
    WORK_LATE,
    WORK_QUESTIONS,
    WORK_REASONS,
)
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.services.ports import CentreTrouble
from traitortrack_desktop.services.scanner_learning import ScannerTrouble
from traitortrack_desktop.services.scanner_set_up import ScannerStep
from traitortrack_desktop.services.set_up import SetUpField, SetUpProblem

_LAY_ASIDE = "Lay it aside. Then scan it again, scan UNDERSTOOD or hold F12."
_LATE_WHERE = (
    "{operator} put {child} into {parent} at {at}. It is in {other} since {since}, put there by {by}.",
    "You put {child} into {parent} at {at}. It is in {other} since {since}, put there by {by}.",
    "You put {child} into {parent} at {at}. It is in {other} since {since}.",
    "You put {child} into {parent} at {at}. It is in {other}.",
    "You put {child} into {parent} at {at}. It is in another parent bag.",
    "{code} is in another parent bag.",
)

_ENGLISH_REASONS = {
    Reason.EMPTY_CODE: Phrase(
        heading="NOT READ", what=("The scanner sent an empty code.",), now=("Scan the label again.",)
    ),
    Reason.INCOMPLETE: Phrase(
        heading="NOT READ",
        what=("Only a part of the code arrived, so nothing was counted.",),
        now=("Scan the label again.",),
    ),
    Reason.READ_TWICE: Phrase(
        heading="READ TWICE",
        what=("The scanner read {code} twice at once. It counts once.",),
        now=("Go on scanning.",),
    ),
    Reason.READ_BY_BOTH: Phrase(
        heading="READ BY BOTH",
        what=("Both scanners read {code}. It counts once.",),
        now=("Go on scanning.",),
    ),
    Reason.NOT_A_SCAN: Phrase(
        heading="NOT A SCAN",
        what=("Something came over the scanner's line that no label says.",),
        now=("Go on scanning. If it stays, call IT.",),
    ),
    Reason.TOO_LONG: Phrase(
        heading="NOT A BAG",
        what=("This code is longer than any bag code.",),
        now=("Scan the bag's own label.",),
    ),
    Reason.UNREADABLE: Phrase(
        heading="NOT READ",
        what=("The code has characters that no bag code has.",),
        now=("Scan again. If it stays, lay the bag aside for a new label.",),
    ),
    Reason.UNKNOWN_CODE: Phrase(
        heading="NOT A BAG",
        what=("{code} is not the code of a bag.",),
        now=("Scan the bag's own label.",),
    ),
    Reason.UNKNOWN_COMMAND: Phrase(
        heading="NOT A COMMAND",
        what=("This station does not know the command {code}.",),
        now=("Use the command sheet of this station.",),
    ),
    Reason.SET_UP_CODE: Phrase(
        heading="SET-UP CODE",
        what=("This code sets up a scanner. It is no bag.",),
        now=("To set up a scanner: Menu (F10), then Scanners.",),
    ),
    Reason.UNKNOWN_BADGE: Phrase(
        heading="BADGE NOT KNOWN",
        what=("This is no badge of this depot, or not all of it was read.",),
        now=("Scan it again, or type your name and password.",),
    ),
    Reason.BADGE_BEING_CHECKED: Phrase(
        heading="CHECKING BADGE",
        what=("The centre is asked whose badge it is. Nothing counts meanwhile.",),
        now=("Wait a moment, then scan.",),
    ),
    Reason.BADGE_UNCHECKED: Phrase(
        heading="BADGE NOT CHECKED",
        what=("This badge is new at this station, and the centre cannot be asked now.",),
        now=("Use your name and password, or try the badge again later.",),
    ),
    Reason.BADGE_NOT_VALID: Phrase(
        heading="BADGE NOT VALID",
        what=("This badge was switched off, has run out or belongs to nobody.",),
        now=("Ask your supervisor for a new one. Name and password still work.",),
    ),
    Reason.STATION_LOCKED: Phrase(
        heading="LOCKED",
        what=("This scan was not counted: the station is locked.",),
        now=("Scan your badge, then the bag again.",),
    ),
    Reason.NOT_PERMITTED: Phrase(
        heading="NOT ALLOWED",
        what=("What you are signed in as does not allow this.",),
        now=("Ask your supervisor to do it.",),
    ),
    Reason.REASON_MISSING: Phrase(
        heading="REASON NEEDED",
        what=("Nothing was changed: this needs a reason in words.",),
        now=("Do it again and give the reason.",),
    ),
    Reason.OPERATOR_DISABLED: Phrase(
        heading="ACCOUNT ENDED",
        what=("This account was switched off by an administrator.",),
        now=("Ask your supervisor. All that was scanned is kept.",),
    ),
    Reason.SESSION_REVOKED: Phrase(
        heading="SIGNED OUT",
        what=("An administrator ended this sign-in.",),
        now=("Sign in again. All that was scanned is kept.",),
    ),
    Reason.NOTHING_TO_OVERRIDE: Phrase(
        heading="NOTHING TO ALLOW",
        what=("No completed parent bag with room in it is open.",),
        now=("Go on scanning.",),
    ),
    Reason.BILL_NOT_HERE: Phrase(
        heading="NOT A BAG",
        what=("{code} is a bill. Only a biller works at bills.",),
        now=("Scan a bag. A biller signs in with PIN or password.",),
    ),
    Reason.WRONG_SCANNER: Phrase(
        heading="OTHER SCANNER",
        what=("{code} was not counted: this scanner is for other bags.",),
        now=("Scan it with the other scanner.",),
    ),
    Reason.NOT_STORED: Phrase(
        heading="NOT STORED",
        what=("The scanner's memory could not be stored from {code} on.",),
        now=("Look which bags are missing, and scan them.",),
    ),
    Reason.HELD: Phrase(
        heading="HELD",
        what=("{code} came out of the scanner's memory and is not counted yet.",),
        now=("Scan its parent bag, then PLACE. Or scan ASIDE twice.",),
    ),
    Reason.NOT_SIGNED_IN: Phrase(
        heading="NOT COUNTED",
        what=("Nobody is signed in at this station.",),
        now=("Sign in, then scan again.",),
    ),
    Reason.NO_PARENT: Phrase(
        heading="NOT COUNTED", what=("No parent bag is open.",), now=("Scan a parent bag first.",)
    ),
    Reason.PARENT_ALREADY_OPEN: Phrase(
        heading="ALREADY OPEN", what=("{code} is the parent bag that is open.",), now=("Scan a child bag.",)
    ),
    Reason.OTHER_PARENT_OPEN: Phrase(
        heading="CHANGE BAG?",
        what=("{parent} is still open with {count} of {capacity} bags.", "{parent} is still open."),
        now=("Scan {code} again to close {parent}, or CANCEL to stay.",),
    ),
    Reason.ANSWER_FIRST: Phrase(
        heading="NOT COUNTED",
        what=("{code} was not counted: answer first.",),
        now=("Scan the new parent bag again, or CANCEL to stay.",),
    ),
    Reason.NOT_COUNTED: Phrase(
        heading="NOT COUNTED",
        what=("{code} was not counted: the station is stopped.",),
        now=("Scan UNDERSTOOD or hold F12, then scan it again.",),
    ),
    Reason.NOTHING_TO_UNDO: Phrase(
        heading="NOTHING TO UNDO", what=("No bag was put in at this station.",), now=("Go on scanning.",)
    ),
    Reason.NOTHING_TO_CANCEL: Phrase(
        heading="NOTHING TO CANCEL", what=("The station did not ask anything.",), now=("Go on scanning.",)
    ),
    Reason.NOTHING_TO_ACKNOWLEDGE: Phrase(
        heading="NO STOP", what=("The station is not stopped.",), now=("Go on scanning.",)
    ),
    Reason.NOTHING_HELD: Phrase(
        heading="NOTHING HELD",
        what=("No readings out of a scanner's memory wait here.",),
        now=("Go on scanning.",),
    ),
    Reason.CONFIRM_ASIDE: Phrase(
        heading="SET ASIDE?",
        what=("What is held will not be counted. It stays in the journal.",),
        now=("Scan ASIDE again, or CANCEL to keep it held.",),
    ),
    Reason.CONFIRM_CLOSE: Phrase(
        heading="CLOSE IT?",
        what=("{parent} has {count} of {capacity} bags.", "{parent} is not full."),
        now=("Scan CLOSE again, or a child bag to go on.",),
    ),
    Reason.CONFIRM_REMOVE: Phrase(
        heading="TAKE OUT?",
        what=("One bag will be taken out of {parent}.",),
        now=("Scan the bag to take out, or CANCEL.",),
    ),
    Reason.SAME_AS_PARENT: Phrase(
        heading="NOT COUNTED", what=("{code} is the parent bag itself.",), now=("Scan a child bag.",)
    ),
    Reason.PARENT_MISSING: Phrase(
        heading="NOT COUNTED",
        what=("The centre does not know parent bag {parent}.", "The centre does not know this parent bag."),
        now=("Scan the parent bag again.",),
    ),
    Reason.PARENT_IS_CHILD: Phrase(
        heading="STOP",
        what=(
            "{code} is a child bag. It is in {other} since {since} (known at {known}).",
            "{code} is a child bag. It is in {other} since {since}.",
            "{code} is a child bag. It is in {other} (known at {known}).",
            "{code} is a child bag. It is in {other}.",
            "{code} is a child bag, not a parent bag (known at {known}).",
            "{code} is a child bag, not a parent bag.",
        ),
        now=(_LAY_ASIDE,),
    ),
    Reason.PARENT_COMPLETED: Phrase(
        heading="NOT COUNTED",
        what=("{parent} is complete and takes no more bags.", "This parent bag is complete."),
        now=("Scan the next parent bag.",),
    ),
    Reason.PARENT_FULL: Phrase(
        heading="NOT COUNTED",
        what=("{parent} is full with {capacity} bags.", "The parent bag is full."),
        now=("Scan the next parent bag, then this bag again.",),
    ),
    Reason.CHILD_IS_PARENT: Phrase(
        heading="NOT COUNTED",
        what=("{code} is a parent bag (known at {known}).", "{code} is a parent bag."),
        now=("Scan a child bag, or scan CLOSE.",),
    ),
    Reason.ALREADY_IN_THIS_PARENT: Phrase(
        heading="ALREADY COUNTED",
        what=(
            "{code} is in {parent} since {since}.",
            "{code} is in {parent} already.",
            "{code} is in this parent bag already.",
        ),
        now=("It counts once. Scan the next child bag.",),
    ),
    Reason.CHILD_IN_OTHER_PARENT: Phrase(
        heading="STOP",
        what=(
            "{code} is in {other} since {since}, put there by {by} (known at {known}).",
            "{code} is in {other} since {since}, put there by {by}.",
            "{code} is in {other} since {since} (known at {known}).",
            "{code} is in {other} since {since}.",
            "{code} is in parent bag {other} (known at {known}).",
            "{code} is in parent bag {other}.",
            "{code} is in another parent bag.",
        ),
        now=(_LAY_ASIDE,),
    ),
    Reason.CHILD_NOT_IN_PARENT: Phrase(
        heading="NOT INSIDE",
        what=(
            "{code} is not in {parent}. It is in {other}.",
            "{code} is not in {parent}.",
            "{code} is not in the parent bag.",
        ),
        now=("Scan a bag that is inside, or go on.",),
    ),
    Reason.UNKNOWN_BAG_TYPE: Phrase(
        heading="NOT COUNTED",
        what=("The centre holds {code} with a type this station does not know.",),
        now=("Lay it aside and tell a supervisor.",),
    ),
    Reason.CONFLICTING_REPEAT: Phrase(
        heading="STOP",
        what=("The centre holds something else for this scan of {code}.",),
        now=("Call IT: this station may have been copied.",),
    ),
    Reason.CENTRE_COULD_NOT_STORE: Phrase(
        heading="STOP",
        what=("The centre could not take {code}.",),
        now=("Lay the bag aside and tell a supervisor.",),
    ),
}
_ENGLISH_REASONS |= WORK_REASONS

_TELL_WHO = "Tell your supervisor who worked. Then scan UNDERSTOOD or hold F12."
_TAKE_OUT_LATE = "Take it out of {parent} and scan it again, or hold F12."
_ENGLISH_LATE = {
    reason: Phrase(heading="STOP", what=phrase.what, now=(_LAY_ASIDE,))
    for reason, phrase in _ENGLISH_REASONS.items()
}
_ENGLISH_LATE |= {
    Reason.CHILD_IN_OTHER_PARENT: Phrase(heading="STOP", what=_LATE_WHERE, now=(_TAKE_OUT_LATE, _LAY_ASIDE)),
    Reason.PARENT_FULL: Phrase(
        heading="STOP",
        what=(
            "You put {child} into {parent} at {at}. {parent} was full by then.",
            "{code}: the parent bag was full by then.",
        ),
        now=(_TAKE_OUT_LATE, _LAY_ASIDE),
    ),
    Reason.PARENT_COMPLETED: Phrase(
        heading="STOP",
        what=(
            "You put {child} into {parent} at {at}. {parent} was complete by then.",
            "{code}: the parent bag was complete by then.",
        ),
        now=(_TAKE_OUT_LATE, _LAY_ASIDE),
    ),
    Reason.CHILD_IS_PARENT: Phrase(
        heading="STOP",
        what=(
            "You put {child} into {parent} at {at}. At the centre {child} is a parent bag.",
            "At the centre {code} is a parent bag.",
        ),
        now=(_TAKE_OUT_LATE, _LAY_ASIDE),
    ),
    Reason.PARENT_IS_CHILD: Phrase(
        heading="STOP",
        what=(
            "You opened {parent} at {at}. At the centre it is a child bag in {other}.",
            "You opened {parent} at {at}. At the centre it is a child bag.",
            "At the centre {code} is a child bag.",
        ),
        now=("Lay {code} aside and tell a supervisor. Then scan UNDERSTOOD or hold F12.",),
    ),
    Reason.PARENT_MISSING: Phrase(
        heading="STOP",
        what=(
            "You put {child} into {parent} at {at}. The centre does not know {parent}.",
            "The centre does not know parent bag {parent}.",
            "The centre does not know the parent bag.",
        ),
        now=("Lay {code} aside and tell a supervisor. Then scan UNDERSTOOD or hold F12.",),
    ),
    Reason.CHILD_NOT_IN_PARENT: Phrase(
        heading="STOP",
        what=(
            "You took {child} out of {parent} at {at}. At the centre it was not inside.",
            "At the centre {code} was not inside.",
        ),
        now=("Look where {code} is, then scan UNDERSTOOD or hold F12.",),
    ),
    Reason.OPERATOR_DISABLED: Phrase(
        heading="ACCOUNT ENDED",
        what=(
            "The account of {operator} is switched off. Work went on under it at {at}, and is kept.",
            "An account is switched off. Work went on under it, and is kept.",
        ),
        now=(_TELL_WHO,),
    ),
    Reason.SESSION_REVOKED: Phrase(
        heading="SIGNED OUT",
        what=(
            "The sign-in of {operator} was ended. Work went on under it at {at}, and is kept.",
            "A sign-in was ended. Work went on under it, and is kept.",
        ),
        now=(_TELL_WHO,),
    ),
    Reason.BADGE_NOT_VALID: Phrase(
        heading="BADGE ENDED",
        what=(
            "The badge of {operator} is not valid. Work went on with it at {at}, and is kept.",
            "A badge is not valid. Work went on with it, and is kept.",
        ),
        now=(_TELL_WHO,),
    ),
    Reason.NOT_PERMITTED: Phrase(
        heading="NOT ALLOWED",
        what=(
            "{operator} may not do what was done with {parent} at {at}. The centre left it as it was.",
            "The centre does not allow what was done with {code}.",
        ),
        now=("Ask your supervisor to do it. Then scan UNDERSTOOD or hold F12.",),
    ),
    Reason.CENTRE_COULD_NOT_STORE: Phrase(
        heading="STOP",
        what=(
            "You scanned {code} for {parent} at {at}. The centre could not take it.",
            "You scanned {code} at {at}. The centre could not take it.",
        ),
        now=("Lay {code} aside and tell a supervisor. Then scan UNDERSTOOD or hold F12.",),
    ),
}
_ENGLISH_LATE |= WORK_LATE
_OF_MOVED_BAGS = (
    Reason.CHILD_IN_OTHER_PARENT,
    Reason.PARENT_FULL,
    Reason.PARENT_COMPLETED,
    Reason.PARENT_MISSING,
    Reason.PARENT_ON_COMPLETED_BILL,
    Reason.CHILD_NOT_IN_PARENT,
    Reason.CENTRE_COULD_NOT_STORE,
)
_ENGLISH_LATE |= {
    reason: replace(_ENGLISH_LATE[reason], what=LATE_OF_MANY + _ENGLISH_LATE[reason].what)
    for reason in _OF_MOVED_BAGS
}
_ENGLISH_LATE |= {
    reason: replace(_ENGLISH_LATE[reason], what=LATE_ONTO + _ENGLISH_LATE[reason].what)
    for reason in (Reason.PARENT_MISSING, Reason.UNKNOWN_BAG_TYPE, Reason.CENTRE_COULD_NOT_STORE)
}

_SCAN_IT_AGAIN = "Scan the set-up code again."
_ENGLISH_SCANNERS = ScannerSetUpWords(
    title="Scanners",
    hint="Each scanner is set up once, by scanning.",
    here="Scanners of this station",
    attached="Attached, not set up",
    nothing_here="No scanner is set up yet",
    nothing_attached="Nothing else is attached",
    more_rows=Plural(one="and 1 more", other="and {count} more"),
    left="left",
    right="right",
    step="Step {number} of {total} · {name}",
    pair="Scan this code with the {name} scanner now",
    pair_unnamed="Scan this code with the new scanner now",
    instructions={
        ScannerStep.PAIR: "",
        ScannerStep.LEARN: "Scan it again, {count} more",
        ScannerStep.NAME: "What is this scanner called?",
        ScannerStep.TEST: "Scan the ten test codes, {count} more",
    },
    heard_of=Plural(one="1 reading", other="{count} readings"),
    nothing_heard="no reading yet",
    waiting=Phrase(
        heading="WAITING",
        what=("Hold the scanner a hand's width from the code and press its trigger.",),
        now=("Either of the two codes will do.",),
    ),
    not_paired="Not known yet",
    begin_here=Phrase(
        heading="BEGIN",
        what=("Press “Set up left” or “Set up right”, then scan the code that appears.",),
        now=("With one scanner only, press “Set up another”.",),
    ),
    try_them=Phrase(heading="TRY", what=("Scan anything: the count of that scanner goes up.",)),
    not_listening=Phrase(
        heading="NOT LISTENING",
        what=("Another program is in front: a scanner that types is not heard.",),
        now=("Touch this window, then scan.",),
    ),
    recording_to="Recording to {at}",
    save_now="Save this scanner",
    test_again_now="Begin the test again",
    presses={
        ScannerAct.ADD_LEFT: "Set up left",
        ScannerAct.ADD_RIGHT: "Set up right",
        ScannerAct.ADD: "Set up another",
        ScannerAct.SET_UP_AGAIN: "Set up again",
        ScannerAct.FORGET: "Forget",
        ScannerAct.FORGET_NOW: "Really forget",
        ScannerAct.GUIDE: "A scan does nothing",
        ScannerAct.LOOK: "Look again",
        ScannerAct.PRINT: "Print the sheet",
        ScannerAct.RECORD: "Record",
        ScannerAct.RECORD_END: "End recording",
        ScannerAct.LEAVE: "Back to scanning",
        ScannerAct.BACK: "Back",
        ScannerAct.NAME_LEFT: "left",
        ScannerAct.NAME_RIGHT: "right",
        ScannerAct.ROLE: "",
        ScannerAct.SIGNAL_OFF: "off",
        ScannerAct.SIGNAL: "",
        ScannerAct.TEST: "Go on to the test",
        ScannerAct.TEN_AGAIN: "Begin the test again",
        ScannerAct.LEARN_AGAIN: "Learn it again",
        ScannerAct.SAVE: "Save this scanner",
    },
    connections={
        Connection.SERIAL: "serial port",
        Connection.KEYBOARD: "shared keyboard",
        Connection.INPUT_DEVICE: "own keyboard",
        Connection.HID_POS: "USB scanner (HID-POS)",
    },
    roles={
        ScannerRole.ANY: "all bags",
        ScannerRole.PARENTS: "parent bags",
        ScannerRole.CHILDREN: "child bags",
    },
    terminators={
        Terminator.ANY_LINE_END: "CR or LF",
        Terminator.CR: "CR",
        Terminator.LF: "LF",
        Terminator.CR_LF: "CR LF",
        Terminator.STX_ETX: "ETX",
        Terminator.SSI: "SSI",
        Terminator.SILENCE: "a pause",
    },
    problems={
        ScannerProblem.MISSING: "Not there: plug it in.",
        ScannerProblem.LOST: "Not there: plug it in again.",
        ScannerProblem.BUSY: "Another program uses it: close that one.",
        ScannerProblem.NO_PERMISSION: "This program may not read it: call IT.",
        ScannerProblem.SHARED: "Another program reads it too: close that one.",
        ScannerProblem.MODEM: "It is taken for a modem: call IT.",
        ScannerProblem.GARBLED: "Not understood: set it up again.",
        ScannerProblem.ENDLESS: "It sends without end: switch it off and on.",
        ScannerProblem.UNSUPPORTED: "A driver is missing: call IT.",
        ScannerProblem.FAILED: "It does not work: call IT.",
    },
    troubles={
        ScannerTrouble.OTHER_CODE: Phrase(
            heading="ANOTHER CODE",
            what=("That was not the set-up code.",),
            now=("Scan the code shown here.",),
        ),
        ScannerTrouble.CUT_OFF: Phrase(
            heading="NOT WHOLE",
            what=("A part of the code is missing.",),
            now=("Scan it again, a little slower and from nearer.",),
        ),
        ScannerTrouble.GARBLED: Phrase(
            heading="NOT UNDERSTOOD",
            what=("The scanner sent characters that are no code.",),
            now=("Scan again. If it stays so, press “Learn it again” or call IT.",),
        ),
        ScannerTrouble.SPOILED: Phrase(
            heading="NOT RIGHT",
            what=("That was no test code, or a part of it is missing.",),
            now=("Scan on, then begin the test again.",),
        ),
        ScannerTrouble.ENDLESS: Phrase(
            heading="NO END",
            what=("The scanner sends without end.",),
            now=("Switch it off and on, then scan again.",),
        ),
        ScannerTrouble.TYPED: Phrase(
            heading="TYPED",
            what=("That came as slowly as typing.",),
            now=("Scan the code, do not type it.",),
        ),
        ScannerTrouble.CAPS_LOCK: Phrase(
            heading="CAPS LOCK",
            what=("Large and small letters are swapped.",),
            now=("Switch Caps Lock off and scan again.",),
        ),
        ScannerTrouble.LETTER_CASE: Phrase(
            heading="LETTERS CHANGED",
            what=("The scanner changes small and large letters.",),
            now=("Ask IT to switch this off in the scanner, then scan again.",),
        ),
        ScannerTrouble.LAYOUT: Phrase(
            heading="OTHER KEYBOARD",
            what=("The scanner is set to the keyboard of another country.",),
            now=("Ask IT to set the scanner to the USA keyboard, then scan again.",),
        ),
        ScannerTrouble.NO_END: Phrase(
            heading="NO ENTER",
            what=("The scanner sends no Enter after the code.",),
            now=("Ask IT to switch Enter on in the scanner, then scan again.",),
        ),
        ScannerTrouble.MORE_AROUND_IT: Phrase(
            heading="TOO MUCH",
            what=("The scanner adds characters to the code.",),
            now=("Ask IT to switch them off in the scanner, then scan again.",),
        ),
        ScannerTrouble.NOT_ALIKE: Phrase(
            heading="NOT ALIKE",
            what=("This scan looked different from the ones before.",),
            now=("The five scans begin again: use one scanner only.",),
        ),
        ScannerTrouble.OTHER_SCANNER: Phrase(
            heading="ANOTHER SCANNER",
            what=("That came from {other}, not from this scanner.", "That came from another scanner."),
            now=("It was not counted. Use the scanner that you began with.",),
        ),
        ScannerTrouble.ALREADY_HERE: Phrase(
            heading="ALREADY HERE",
            what=("This is the scanner “{other}”.",),
            now=("Scan with the new one, or go back and set “{other}” up again.",),
        ),
        ScannerTrouble.NEEDS_PREFIX: Phrase(
            heading="CANNOT TELL THEM APART",
            what=("This looks like “{other}”. If it is: go back, press “Set up again”.",),
            now=("If not, call IT: each of the two needs a prefix, such as =1 and =2.",),
        ),
        ScannerTrouble.PREFIX_TAKEN: Phrase(
            heading="CANNOT TELL THEM APART",
            what=("The prefix of this scanner is that of “{other}”.",),
            now=("Call IT: this scanner needs another prefix, such as =2.",),
        ),
        ScannerTrouble.UNPLUGGED: Phrase(
            heading="UNPLUGGED", what=("The scanner is gone.",), now=("Plug it in again and go on.",)
        ),
        ScannerTrouble.NAME_EMPTY: Phrase(
            heading="NO NAME",
            what=("The scanner needs a name.",),
            now=("Press left or right, or type a name.",),
        ),
        ScannerTrouble.NAME_TAKEN: Phrase(
            heading="NAME TAKEN",
            what=("Another scanner is called “{other}”.",),
            now=("Choose another name, or forget that scanner first.",),
        ),
        ScannerTrouble.NOT_A_TEST_CODE: Phrase(
            heading="SET-UP CODE",
            what=("That was the set-up code again.",),
            now=("Scan the ten test codes of the printed sheet.",),
        ),
        ScannerTrouble.COUNTED_ALREADY: Phrase(
            heading="ALREADY COUNTED", what=("{code} is counted already.",), now=("Scan the next test code.",)
        ),
        ScannerTrouble.TEST_FAILED: Phrase(
            heading="NOT PASSED",
            what=("Not every scan came whole.",),
            now=("Go nearer to the receiver and begin the test again.",),
        ),
        ScannerTrouble.NOT_SAVED: Phrase(
            heading="NOT SAVED",
            what=("This computer could not save the scanner.",),
            now=("Press save again, and call IT if it stays so.",),
        ),
    },
    facts={
        ScannerTrouble.GARBLED: "IT: serial line settings differ. The station tries 9600, 115200, 38400 and "
        "19200 baud by itself.",
        ScannerTrouble.LETTER_CASE: "IT: switch off “convert case” in the scanner's manual.",
        ScannerTrouble.LAYOUT: "IT: scanner's manual, keyboard country: USA. Sent: {code}",
        ScannerTrouble.CAPS_LOCK: "IT: or the scanner's own Caps Lock setting. Sent: {code}",
        ScannerTrouble.NO_END: "IT: scanner's manual, suffix or terminator: Enter (CR).",
        ScannerTrouble.MORE_AROUND_IT: "IT: only a short prefix of a keyboard scanner may stay. Sent: {code}",
        ScannerTrouble.NEEDS_PREFIX: "IT: scanner's manual, prefix. Or have each scanner read as a device "
        "of its own: input rights on Linux, or serial mode.",
        ScannerTrouble.PREFIX_TAKEN: "IT: scanner's manual, prefix. Sent: {code}",
        ScannerTrouble.NOT_SAVED: "IT: the station's folder cannot be written to, or the disk is full.",
        ScannerTrouble.TYPED: "IT: if a scanner did this, set its delay between characters to 0.",
    },
    received="Sent: {code}",
    not_found="{name}: {other}",
    lesson_good=Phrase(heading="GOOD", what=("{count} of {total} scans.",), now=(_SCAN_IT_AGAIN,)),
    enough_learned=Phrase(
        heading="LEARNED", what=("This scanner is understood.",), now=("Give it a name and go on.",)
    ),
    test_running=Phrase(
        heading="TEST",
        what=("{count} of {total} came whole.",),
        now=("Scan the code shown here, or each one on the printed sheet.",),
    ),
    test_good=Phrase(heading="PASSED", what=("Ten good of ten.",), now=("Save this scanner.",)),
    saved=Phrase(heading="SAVED", what=("The {name} scanner is ready to work.",)),
    forgotten=Phrase(heading="FORGOTTEN", what=("The {name} scanner belongs to this station no more.",)),
    not_forgotten=Phrase(
        heading="NOT SAVED",
        what=("The {name} scanner could not be forgotten.",),
        now=("Try again, and call IT if it stays so.",),
    ),
    printed=Phrase(heading="SHEET", what=("The sheet is ready to print.",)),
    not_printed=Phrase(
        heading="NO SHEET", what=("The sheet could not be written.",), now=("Call IT: the disk may be full.",)
    ),
    recording=Phrase(
        heading="RECORDING",
        what=("What is scanned into bags is written down from now on.",),
        now=("Go back to scanning and scan. Then come here again and end it.",),
    ),
    not_recording=Phrase(
        heading="NOT RECORDING", what=("The recording could not be begun.",), now=("Call IT.",)
    ),
    recorded=Phrase(heading="RECORDED", what=("The recording is ended.",), now=("Give its file to IT.",)),
    ask_forget=Phrase(
        heading="FORGET?",
        what=("The {name} scanner would have to be set up anew.",),
        now=("Press once more to forget it.",),
    ),
    name_label="Name",
    name_hint="or type a name",
    role_label="It scans",
    signal_label="Its own beep",
    learned_label="For IT",
    learned_line="{name}, {at}: {count} baud {other}, ends with {code}.",
    learned_keys="{name}: ends with key {code}.",
    learned_reports="{name}, {at}.",
    learned_times="{count} ms between characters, 99 of 100 within {total} ms.",
    learned_prefix="Prefix {code}.",
    learned_separator="{code} stands for GS.",
    learned_wireless="Wireless: longer pauses are allowed.",
    note_caps_lock="Caps Lock was on, which does not matter here.",
    note_layout="This computer has another keyboard layout, which does not matter here.",
    note_by_text="It needs this keyboard layout, with Caps Lock off: do not change it.",
    note_separator_lost="It leaves GS out: labels with GS1 data cannot be read whole.",
    note_separator_unknown="GS was not tried: scan the square code too if labels carry GS1 data.",
    note_silence="Nothing ends a reading: switch on the suffix CR if you can.",
    tally="{count} not whole · {total} not understood",
    guide_title="When a scan does nothing",
    guide_hint="Go through these from the top, and scan after each.",
    unreadable="a code (not shown here)",
    signs_of_life="Something comes, but no whole reading yet.",
    checks={
        GuideCheck.LIGHT: CheckWords(
            text="Does the scanner light up when you press its trigger?",
            unknown="No light means no power: charge it, or plug its cable in.",
        ),
        GuideCheck.PLUG: CheckWords(
            text="Is its cable or its small USB receiver plugged in?",
            well="Attached now: {other}",
            bad="Nothing is attached: try another USB socket.",
        ),
        GuideCheck.ALLOWED: CheckWords(
            text="May this program read it?", well="Nothing stands in the way.", bad="{other}"
        ),
        GuideCheck.HEARD: CheckWords(
            text="Scan anything: does this line change?",
            well="Heard {count}, the last from {name}.",
            bad="Nothing heard yet.",
        ),
        GuideCheck.UNDERSTOOD: CheckWords(
            text="Does it come as a whole code?",
            well="Sent: {code}",
            bad="No: set it up again. IT: wrong baud rate, or the wrong USB mode (keyboard, serial).",
            unknown="Shown here after the next scan.",
        ),
        GuideCheck.WINDOW: CheckWords(
            text="Is another program in front?",
            well="No, this window listens.",
            bad="Yes: touch this window, then scan.",
        ),
        GuideCheck.SET_UP: CheckWords(
            text="Is it set up here?",
            well="Yes: {other}",
            bad="No scanner is set up. Go back and press “Set up left”.",
        ),
    },
)

_STRONG_PASSWORD = (
    f"At least {LEAST_PASSWORD_CHARACTERS} characters, with upper and lower case, a digit and a special "
    "character."
)
ENGLISH = Wording(
    find=FIND_WORDS,
    scanner_problems={
        ScannerProblem.MISSING: "{name}: plug it in",
        ScannerProblem.LOST: "{name}: plug it in again",
        ScannerProblem.BUSY: "{name}: used by another program",
        ScannerProblem.NO_PERMISSION: "{name}: not allowed, call IT",
        ScannerProblem.SHARED: "{name}: another program reads it, call IT",
        ScannerProblem.MODEM: "{name}: taken for a modem, call IT",
        ScannerProblem.GARBLED: "{name}: not understood, scan its set-up code",
        ScannerProblem.ENDLESS: "{name}: sends without end, switch it off and on",
        ScannerProblem.UNSUPPORTED: "{name}: a part is not installed, call IT",
        ScannerProblem.FAILED: "{name}: does not work, call IT",
    },
    already_running=("The station is open on this computer already. Look for its window, or close it first."),
    time_today="%H:%M",
    time_other_day="%d.%m.%Y %H:%M",
    time_exact="%H:%M:%S",
    reasons=_ENGLISH_REASONS,
    accepted={
        EntryKind.OPEN_PARENT: Phrase(
            heading="OPEN",
            what=(
                "{parent} is taken over from {holder}. Inside: {count}.",
                "{closes} is closed, {parent} is open. Inside: {count}.",
                "{parent} is open. Inside already: {base_count}.",
                "{parent} is open and empty.",
            ),
        ),
        EntryKind.ADD_CHILD: Phrase(
            heading="ADDED", what=("Bag {count} of {capacity} in {parent}.", "It is in {parent}.")
        ),
        EntryKind.REMOVE_CHILD: Phrase(
            heading="TAKEN OUT",
            what=("{child} is out of {parent}. {count} of {capacity} inside.", "{child} is out of {parent}."),
            now=("Take {child} out of the bag.",),
        ),
        EntryKind.CLOSE_PARENT: Phrase(
            heading="CLOSED", what=("{parent} is closed. Inside: {count}.", "{parent} is closed.")
        ),
        EntryKind.CANCEL: Phrase(heading="CANCELLED", what=("{parent} stays open.", "Nothing was changed.")),
        EntryKind.ACKNOWLEDGE: Phrase(heading="UNDERSTOOD", what=("Go on.",)),
        EntryKind.SIGN_IN: Phrase(
            heading="SIGNED IN",
            what=(
                "{parent} stays open with {count} of {capacity} bags.",
                "What is scanned from now on counts under this name.",
            ),
        ),
        EntryKind.SIGN_OUT: Phrase(
            heading="SIGNED OUT", what=("{parent} stays open.", "Nobody is signed in here now.")
        ),
        EntryKind.OVERRIDE: Phrase(
            heading="ALLOWED",
            what=(
                "{parent} takes bags again: {count} of {capacity} inside.",
                "{parent} takes bags again.",
                "The parent bag takes bags again.",
            ),
            now=("Scan the next child bag.",),
        ),
        **WORK_ACCEPTED,
    },
    complete=Phrase(
        heading="COMPLETE",
        what=("{parent} is full with {count} bags.",),
        now=("Scan UNDO to take {child} out again.",),
    ),
    late=_ENGLISH_LATE,
    ready=Phrase(heading="READY", what=("Counted bags are stored here first, with or without a network.",)),
    resumed=Phrase(heading="READY", what=("{parent} stands as it stood: {count} of {capacity} inside.",)),
    set_aside=Phrase(
        heading="SET ASIDE",
        what=("What was held is not counted. It stays in the journal.",),
        now=("Scan those bags again to count them.",),
    ),
    moved_full=MOVED_FULL,
    bill_is_full=BILL_IS_FULL,
    never_packed=NEVER_PACKED,
    cannot_store=Phrase(
        heading="CANNOT STORE",
        what=("This station cannot write to its disk. Nothing scanned now is counted.",),
        now=("Stop scanning and call IT. The last stored bag is the top one of the list.",),
    ),
    instructions=Instructions(
        sign_in="Sign in",
        first_parent="Scan a parent bag",
        next_parent="Scan the next parent bag",
        child="Scan child bag {number}",
        stopped="Lay {code} aside and scan UNDERSTOOD",
        refused_late="Find {code} and scan it",
        checking_badge="Wait: the badge is being checked",
        noticed="Tell your supervisor, scan UNDERSTOOD",
        not_listening="NOT LISTENING · touch this window",
        cannot_store="STOP SCANNING · call IT",
        questions={
            QuestionKind.CLOSE: "Scan CLOSE again to close it",
            QuestionKind.SWITCH: "Scan {code} again to change",
            QuestionKind.REMOVE: "Scan the bag to take out",
            QuestionKind.ASIDE: "Scan ASIDE again to set aside",
            **WORK_QUESTIONS,
        },
    ),
    commands={
        Command.UNDO: "Undo",
        Command.CLOSE: "Close bag",
        Command.REMOVE: "Take out",
        Command.CANCEL: "Cancel",
        Command.UNDERSTOOD: "Understood",
        Command.PLACE: "Place",
        Command.ASIDE: "Aside",
        **WORK_COMMANDS,
    },
    desk=DESK_WORDS,
    card=CARD_WORDS,
    marks=Marks(
        recorded="stored here",
        posted="at the centre",
        refused="refused",
        was_inside="was inside",
        nothing_waits="Nothing waits",
        all_posted="All at the centre",
        on_the_way=Plural(one="1 on the way", other="{count} on the way"),
        waiting=Plural(one="1 waiting, for {{age}}", other="{count} waiting, oldest {{age}}"),
        offline_empty="Working locally, nothing waits",
        offline_waiting=Plural(
            one="Working locally: 1 waiting, for {{age}}",
            other="Working locally: {count} waiting, oldest {{age}}",
        ),
        stopped=Plural(
            one="Sending needs IT: 1 waiting, for {{age}}",
            other="Sending needs IT: {count} waiting, oldest {{age}}",
        ),
        troubles={
            CentreTrouble.REVOKED: Plural(
                one="Station barred at the centre, call IT: 1 waiting",
                other="Station barred at the centre, call IT: {count} waiting",
            ),
            CentreTrouble.NOT_ENROLLED: Plural(
                one="Station needs its code, call IT: 1 waiting",
                other="Station needs its code, call IT: {count} waiting",
            ),
            CentreTrouble.CODE_REFUSED: Plural(
                one="Station's code refused, call IT: 1 waiting",
                other="Station's code refused, call IT: {count} waiting",
            ),
            CentreTrouble.OTHER_ACCOUNT: Plural(
                one="Not this station's account, call IT: 1 waiting",
                other="Not this station's account, call IT: {count} waiting",
            ),
        },
        seconds="{age} s",
        minutes="{age} min",
        hours="{age} h",
        days="{age} days",
    ),
    labels=Labels(
        window_title="TraitorTrack",
        of_capacity="/ {capacity}",
        left=Plural(one="1 left", other="{count} left"),
        complete="complete",
        parent="Parent",
        finished_parent="Closed",
        no_parent="No parent bag open",
        more_rows=Plural(one="and 1 more in this bag", other="and {count} more in this bag"),
        inside_before=Plural(
            one="1 bag was inside before; new ones appear here",
            other="{count} bags were inside before; new ones appear here",
        ),
        no_rows="Child bags appear here, the newest on top",
        station="Station {name}",
        version="v {version}",
        no_operator="Nobody signed in",
        operator_without_centre="{name} (not checked)",
        operator_by_badge="{name} (badge only)",
        keyboard_scanner="Keyboard",
        scanner_of_role={
            ScannerRole.ANY: "{name}",
            ScannerRole.PARENTS: "{name} (parents)",
            ScannerRole.CHILDREN: "{name} (children)",
        },
        scanner_used="{name} {count}",
        scanner_used_before="{name} {count}, {age} ago",
        keys_asleep="Keys asleep: touch here",
        held=Plural(
            one="1 held from {{name}}: scan its parent, then PLACE, or ASIDE",
            other="{count} held from {{name}}: scan their parent, then PLACE, or ASIDE",
        ),
        held_then="{name}, then {other}",
        held_behind="Look which parent comes next: scan it if it is another, then PLACE.",
        no_sound="No sound",
        catalogue_loading="loading the bag list {percent} %",
        catalogue_loading_short="bag list {percent} %",
        unnumbered="–",
        late_of="Refused by the centre · {number} of {total}",
        notice_of="From the centre · {number} of {total}",
        meanwhile="Last scan: {heading} {code}",
        uncounted=Plural(one="1 scan not counted", other="{count} scans not counted"),
        uncounted_then=Plural(
            one="1 bag was scanned meanwhile and not counted: scan it again.",
            other="{count} scans meanwhile were not counted: scan those bags again.",
        ),
        menu="Menu",
        more="More",
        back="Back",
        scanners="Scanners",
        sign_out="Sign out",
        sign_out_for_long="Sign out (centre is away)",
        light_theme="Light screen",
        dark_theme="Dark screen",
        quit="Leave the program",
        hold="hold",
    ),
    sign_in=SignInWords(
        title="Sign in to scan",
        hint="Use your TraitorTrack name and password.",
        username="Name",
        password="Password",  # noqa: S106 - the label of the field
        submit="Sign in",
        asking="Asking the centre …",
        wrong="Name or password is not right. Type both again.",
        locked="Too many wrong attempts. This account can be used again at {time}.",
        not_verified="This account is not verified yet. Ask an administrator to verify it.",
        unreachable="The centre cannot be reached, so nobody can sign in now. "
        "Everything scanned so far is safe here. Try again in a minute.",
        unreachable_and_unknown="The centre cannot be reached. Operators who signed in here in the last "
        "{days} days can still sign in, with the same password. After 5 wrong ones: wait 15 minutes.",
        without_centre="You signed in without the centre. Scan as always.",
        mismatch="The centre does not fit this program. Call IT. Everything scanned so far is safe here.",
        incomplete="Type your name and your password.",
    ),
    people=PeopleWords(
        scan_badge="Scan your badge",
        badge_signs_in="You can keep your gloves on.",
        or_type="Or type name and password",
        code_title="Type the code",
        code_line="It stands in the authenticator app of your phone, and changes every half minute.",
        code_form="Code of your authenticator app",
        code="6 digits, as the app shows them now",
        code_wrong="This code is not right, or too old. Type the one that the app shows now.",
        code_incomplete="The code has 6 digits.",
        cancel="Cancel",
        delete="Delete",
        ended={
            Reason.OPERATOR_DISABLED: "An administrator switched your account off. "
            "Everything scanned is kept. Ask your supervisor.",
            Reason.SESSION_REVOKED: "An administrator ended your sign-in, or changed your role or password. "
            "Everything scanned is kept. Sign in again, or ask your supervisor.",
            Reason.BADGE_NOT_VALID: "The badge is not valid any more. "
            "Everything scanned is kept. Sign in with name and password, or ask your supervisor.",
        },
        troubles={
            CentreTrouble.REVOKED: "An administrator barred this station: nobody can sign in at the centre. "
            "Everything scanned so far is safe here. Call IT.",
            CentreTrouble.NOT_ENROLLED: "The centre does not know this station: IT has to enter its code. "
            "Everything scanned so far is safe here.",
            CentreTrouble.CODE_REFUSED: "The centre refused this station's code: IT has to enter a new one. "
            "Everything scanned so far is safe here.",
            CentreTrouble.OTHER_ACCOUNT: "The centre knows this station under another database account. "
            "Everything scanned so far is safe here. Call IT.",
        },
        locked="Locked",
        locked_by="{name} is signed in.",
        nothing_lost="Everything scanned is kept.",
        parent_stays="The open parent bag stays open.",
        or_type_password="Or type your password",  # noqa: S106 - a heading
        type_password="Type your password",  # noqa: S106
        unlock="Unlock",
        rights_title="Full rights",
        rights_line="Your badge lets you scan. For the rest, type your password.",
        rights_submit="Go on",
        pin_title="Enter your PIN",
        pin_line="It adds billing to what your badge allows.",
        pin="PIN of 6 digits",
        pin_submit="Go on",
        pin_wrong="This PIN is not right. Type it again.",
        pin_incomplete="The PIN has 6 digits. Type all of them.",
        pin_locked="Too many wrong PINs. It can be used again at {time}. "
        "Your badge and your password still work.",
        pin_unreachable="The centre cannot be asked, and this station does not know this PIN. "
        "Scan on with your badge, or use your password.",
        after_badge={
            OwnStep.PIN: "Billing: press F10 twice, then F7 for your PIN.",
            OwnStep.PASSWORD: "More than scanning: press F10 twice, then F7.",
            OwnStep.CHANGE_PASSWORD: "",
            OwnStep.NONE: "",
        },
        goes_on="Scans still count under {name}.",
        lock_now="Lock now",
        own_steps={
            OwnStep.PIN: "PIN for billing rights",
            OwnStep.PASSWORD: "Password for full rights",
            OwnStep.CHANGE_PASSWORD: "Change my password",
            OwnStep.NONE: "Change my password (sign in with it)",
        },
        overrides={
            OverrideState.READY: "Allow more bags (reason)",
            OverrideState.NOTHING: "Allow more bags (none completed)",
            OverrideState.RIGHTS_FIRST: "Allow more bags (full rights first)",
            OverrideState.NO_RIGHT: "Allow more bags (billers, administrators)",
        },
        office="Accounts and audit",
        office_rights_first="Accounts and audit (password first)",
        office_no_right="Accounts and audit (administrators)",
        override_by_menu="Or allow more bags: press F10 twice, then F8.",
        override_title="Allow more bags",
        override_line="{parent} is completed with {count} of {capacity} bags. Why does it take more?",
        override_kept="The reason is kept at the centre with your name.",
        override_reasons=(
            "It was completed by mistake",
            "It was counted again and has room",
            "A bag that belongs in it came late",
        ),
        override_own_words="Or in your own words",
        override_submit="Allow",
        override_missing="Choose a reason, or type one.",
    ),
    set_up=SetUpWords(
        title="Connect this station",
        hint="This is done once. IT knows what to type here.",
        labels={
            SetUpField.SERVERS: "Address of the central database",
            SetUpField.DATABASE: "Name of the database",
            SetUpField.ACCOUNT: "Account",
            SetUpField.PASSWORD: "Password",
            SetUpField.STATION: "Name of this station",
            SetUpField.CODE: "One-time code, for a new station",
        },
        example="db.example.com  or  db1:5432, db2:5432",
        code_example="XXXX-XXXX-XXXX",
        submit="Connect",
        trying="Trying the connection …",
        wrong={
            SetUpField.SERVERS: "Type the server's address only, such as db.example.com or "
            "db.example.com:5432. Several are separated by commas.",
            SetUpField.DATABASE: "Type the name of the database, at most 63 characters.",
            SetUpField.ACCOUNT: "Type the account that IT made for this station, at most 63 characters.",
            SetUpField.PASSWORD: "This password is too long to be kept. Ask IT for a shorter one.",
            SetUpField.STATION: "Type a name for this station, at most 64 characters, such as Station 7.",
            SetUpField.CODE: "A one-time code has twelve letters and digits. Look at it again, "
            "or leave it empty.",
        },
        problems={
            SetUpProblem.UNREACHABLE: "The central database cannot be reached. "
            "Check the address and the network, then try again.",
            SetUpProblem.ACCOUNT_REFUSED: "The central database does not let this account in. "
            "Check account and password, or ask IT.",
            SetUpProblem.NO_DATABASE: "There is no database of this name at that address. Check the name.",
            SetUpProblem.NOT_PREPARED: "This database is not prepared for stations. "
            "Ask IT to run: traitortrack-desktop db upgrade",
            SetUpProblem.NOT_ALLOWED: "This account may not work as a station. "
            "Ask IT to run: traitortrack-desktop db grant ACCOUNT",
            SetUpProblem.FUNCTIONS_LACK_RIGHTS: "The station functions of this database may not use "
            "its tables. Ask IT to give their owner rights on the tables.",
            SetUpProblem.READ_ONLY: "This database can only be read: it is a standby, or set so. "
            "Type the address of the one that is written to, or ask IT.",
            SetUpProblem.OTHER_ACCOUNT: "The central database knows this station under another account, "
            "or has barred it. Ask IT.",
            SetUpProblem.REVOKED: "An administrator revoked this station. Ask IT to restore it.",
            SetUpProblem.CODE_NEEDED: "This station is new here and needs a one-time code. "
            "Ask an administrator for one, and type it above.",
            SetUpProblem.CODE_WRONG: "The central database did not make this one-time code. "
            "Look at it again, or ask an administrator for a new one.",
            SetUpProblem.CODE_USED: "This one-time code was used already, and each counts once. "
            "Ask an administrator for a new one.",
            SetUpProblem.CODE_EXPIRED: "This one-time code is too old: each is good for a day. "
            "Ask an administrator for a new one.",
            SetUpProblem.CODE_WAIT: "Too many wrong one-time codes. Try again in 15 minutes.",
            SetUpProblem.NOT_WRITTEN: "The connection works, but this computer cannot keep it: "
            "the settings file cannot be written. Ask IT.",
            SetUpProblem.DEFECT: "The program itself failed here. Try again, and call IT if it stays.",
        },
        not_kept="Connected. This computer has no key ring that works, so the password is asked again at the "
        "next start, unless IT provides it: TRAITORTRACK_DATABASE_PASSWORD_FILE, or a libpq pass file.",
        go_on="Open the station",
    ),
    scanner_set_up=_ENGLISH_SCANNERS,
    database_password=DatabasePasswordWords(
        title="Password of the database",
        hint="This computer does not know it. Leave it empty to work without the centre.",
        label="Password of the account {name}",
        submit="Open the station",
        wrong="The central database does not accept this password. Type it again, or ask IT. "
        "To work without the centre for now, leave it empty.",
    ),
    badge_card=ENGLISH_BADGES,
    calibration_sheet=CalibrationSheetWords(
        title="To set up a scanner",
        steps=(
            "Plug the scanner in. At the station press F10 (Menu), then Scanners.",
            "Say which scanner it is: press Set up left or Set up right.",
            "Scan one of the two codes below, five times. Cover the other one with your hand.",
            "Say what the scanner is for, and go on to the test.",
            "Scan the ten test codes, each once. Save the scanner.",
        ),
        code_caption="Set-up code for every scanner",
        code_with_separator_caption="for scanners that read QR codes",
        tests=HeadingWords(title="Ten test codes", hint="In any order, each once, from where you will work."),
        makers=HeadingWords(
            title="For IT: what to switch on in the scanner",
            hint="Each is a barcode in the scanner's manual. Leave all else as it came from the factory.",
        ),
        keyboard="Keyboard",
        keyboard_settings="keyboard country USA; Enter (CR) after each code",
        settings={
            ScannerSetting.SERIAL: "serial port (RS-232, USB: virtual COM)",
            ScannerSetting.SUFFIX: "CR after each code",
            ScannerSetting.SSI_PACKETS: "SSI host, packeted data",
            ScannerSetting.BEEP_ON_BEL: "beep on BEL",
            ScannerSetting.HOST_ACK: "Host ACK, if the scanner is to beep only for what is stored",
        },
    ),
    code_sheet=CodeSheetWords(
        title="Barcodes to try the station with",
        parents=HeadingWords(
            title="1. Parent bags", hint="Scan one to open it. Cover the barcodes beside it with your hand."
        ),
        commands=HeadingWords(title="Commands", hint="Each does the same as its key."),
        children=HeadingWords(
            title="2. Child bags for {parent}", hint="With {parent} open, scan them one after the other."
        ),
        mistakes=HeadingWords(
            title="3. Mistakes", hint="With a parent bag open, see what the station says to each of these."
        ),
        parent="parent bag",
        child="child bag {number}",
        one_too_many="one bag more than fits",
        already_elsewhere="is in another parent bag already",
        parent_like_a_child="a parent bag, read like a child bag",
        a_bill="a bill, not a bag",
        not_a_bag="the code of nothing",
    ),
    # -- the office: accounts, sessions, stations, audit, one's own password
    office=OfficeWords(
        tabs={
            OfficeTab.ACCOUNTS: "Accounts",
            OfficeTab.SESSIONS: "Sign-ins",
            OfficeTab.STATIONS: "Stations",
            OfficeTab.AUDIT: "Audit",
            OfficeTab.PASSWORD: "My password",
        },
        presses={
            OfficeAct.LEAVE: "Back to scanning",
            OfficeAct.SEARCH: "Search",
            OfficeAct.CLEAR_SEARCH: "Show all",
            OfficeAct.ASK_AGAIN: "Ask again",
            OfficeAct.PREVIOUS: "Previous page",
            OfficeAct.NEXT: "Next page",
            OfficeAct.SUBMIT: "Save",
            OfficeAct.CANCEL: "Cancel",
            OfficeAct.NEW_ACCOUNT: "New account",
            OfficeAct.EDIT: "Edit",
            OfficeAct.DISABLE: "Disable",
            OfficeAct.ENABLE: "Enable",
            OfficeAct.UNLOCK: "Unlock",
            OfficeAct.NEW_PASSWORD: "New password",
            OfficeAct.MAKE_BADGE: "Make badge",
            OfficeAct.END_BADGE: "End badge",
            OfficeAct.SET_PIN: "Set PIN",
            OfficeAct.REMOVE_PIN: "Remove PIN",
            OfficeAct.END_SESSIONS: "End sign-ins",
            OfficeAct.OPEN_CARD: "Open the card again",
            OfficeAct.DELETE_CARD: "Printed: delete it",
            OfficeAct.END_SESSION: "End this sign-in",
            OfficeAct.RENAME: "Rename",
            OfficeAct.MOVE: "Move",
            OfficeAct.REVOKE: "Revoke",
            OfficeAct.RESTORE: "Restore",
            OfficeAct.NEW_CODE: "Code for a new station",
            OfficeAct.HIDE_CODE: "Hide the code",
            OfficeAct.SAME_REQUEST: "All of this entry",
            OfficeAct.SAME_PERSON: "All of this person",
        },
        pressed_once={
            OfficeAct.DISABLE: "Press again",
            OfficeAct.END_BADGE: "Press again",
            OfficeAct.REMOVE_PIN: "Press again",
            OfficeAct.END_SESSIONS: "Press again",
            OfficeAct.END_SESSION: "Press again to end it",
            OfficeAct.REVOKE: "Press again",
        },
        asks={
            OfficeAct.DISABLE: Said(
                heading="Disable {name}?",
                what="Nobody can sign in with this account any more, and its open sign-ins end. "
                "Its work stays. Press the button again, or Esc.",
            ),
            OfficeAct.END_BADGE: Said(
                heading="End the badge?",
                what="The badge of {name} works nowhere any more. Press the button again, or Esc.",
            ),
            OfficeAct.REMOVE_PIN: Said(
                heading="Remove the PIN?",
                what="{name} then scans with the badge only, and signs in with the password for the rest. "
                "Press the button again, or Esc.",
            ),
            OfficeAct.END_SESSIONS: Said(
                heading="Sign {name} out everywhere?",
                what="Every open sign-in of {name} ends. What was scanned stays. "
                "Press the button again, or Esc.",
            ),
            OfficeAct.END_SESSION: Said(
                heading="End this sign-in?",
                what="{name} has to sign in again there. What was scanned stays. "
                "Press the button again, or Esc.",
            ),
            OfficeAct.REVOKE: Said(
                heading="Revoke {name}?",
                what="The centre takes nothing from this station any more. What it scans waits there. "
                "Press the button again, or Esc.",
            ),
        },
        fields={
            OfficeField.USERNAME: "User name",
            OfficeField.EMAIL: "E-mail",
            OfficeField.ROLE: "Role",
            OfficeField.AREA: "Area",
            OfficeField.OLD_PASSWORD: "Password now",
            OfficeField.PASSWORD: "New password",
            OfficeField.AGAIN: "The same again",
            OfficeField.DAYS: "Works for how many days",
            OfficeField.PIN: "PIN",
            OfficeField.PIN_AGAIN: "The same again",
            OfficeField.STATION: "Name of the station",
            OfficeField.SEARCH: "Name or e-mail",
            OfficeField.WHO: "Who",
            OfficeField.ACTION: "What was done",
            OfficeField.ENTITY: "To what",
            OfficeField.SINCE: "From",
            OfficeField.UNTIL: "To",
            OfficeField.REQUEST: "Entry",
        },
        examples={
            OfficeField.EMAIL: "may be left out",
            OfficeField.WHO: "user name",
            OfficeField.ACTION: "login* …",
            OfficeField.ENTITY: "user, bag, bill …",
            OfficeField.SINCE: "2026-01-31",
            OfficeField.UNTIL: "2026-01-31",
            OfficeField.REQUEST: "id of the entry",
        },
        forms={
            FormKind.NEW_ACCOUNT: FormWords(
                title="New account",
                hint="The name has 3 to 20 letters, digits or underscores. A dispatcher needs an area.",
                submit="Make the account",
            ),
            FormKind.EDIT: FormWords(
                title="Edit {name}", hint="A dispatcher needs an area.", submit="Save the changes"
            ),
            FormKind.NEW_PASSWORD: FormWords(
                title="New password for {name}",
                hint=f"{_STRONG_PASSWORD} Open sign-ins at stations end.",
                submit="Set the password",
            ),
            FormKind.MAKE_BADGE: FormWords(
                title="Badge for {name}",
                hint="The card is written to a file and opened for printing. An older badge ends at once.",
                submit="Make the badge",
            ),
            FormKind.SET_PIN: FormWords(
                title="PIN for {name}",
                hint="Six digits, not all the same and not in a row such as 123456. With badge and PIN a "
                "biller may do at a station all that the role allows.",
                submit="Set the PIN",
            ),
            FormKind.RENAME: FormWords(
                title="Rename {name}",
                hint="What people call the station. At most 64 characters.",
                submit="Rename",
            ),
            FormKind.MOVE: FormWords(
                title="Move {name}", hint="The area in which the station stands.", submit="Move"
            ),
            FormKind.NEW_CODE: FormWords(
                title="Code for a new station",
                hint="The new station asks for this code once. Name and area may be left out.",
                submit="Make the code",
            ),
            FormKind.OWN_PASSWORD: FormWords(
                title="Change my password",
                hint=_STRONG_PASSWORD,
                submit="Change my password",
            ),
        },
        form_problems={
            FormProblem.INCOMPLETE: "Something is not filled in yet.",
            FormProblem.WEAK_PASSWORD: "This password is too weak. See above what it still needs.",
            FormProblem.DIFFERENT: "The two are not the same. Type both again.",
            FormProblem.BAD_PIN: "Six digits, not all the same and not in a row such as 123456.",
            FormProblem.BAD_DAYS: "Type a number of days from 1 to 3650.",
            FormProblem.AREA_NEEDED: "A dispatcher needs an area. Choose one.",
            FormProblem.BAD_DATE: "A day looks like 2026-01-31.",
            FormProblem.BAD_REQUEST: "The id of an entry looks like 0190b2c4-7d1e-7c3a-9f00-2f4b6a8c0d1e.",
        },
        password_parts={
            PasswordPart.LENGTH: f"{LEAST_PASSWORD_CHARACTERS} characters",
            PasswordPart.UPPER: "an upper-case letter",
            PasswordPart.LOWER: "a lower-case letter",
            PasswordPart.DIGIT: "a digit",
            PasswordPart.SPECIAL: "a special character",
        },
        missing="Still needed: {name}",
        enough="Good, and both are the same.",
        differs="Good. Now type the same again.",
        problems={
            AccountProblem.NOT_FOUND: "There is no such account any more. Ask again for the list.",
            AccountProblem.NAME_TAKEN: "Somebody has this user name already. Choose another one.",
            AccountProblem.EMAIL_TAKEN: "Another account has this e-mail address.",
            AccountProblem.BAD_NAME: "A user name has 3 to 20 letters, digits or underscores.",
            AccountProblem.BAD_EMAIL: "This is not an e-mail address.",
            AccountProblem.UNKNOWN_ROLE: "The centre does not know this role.",
            AccountProblem.UNKNOWN_AREA: "The centre does not know this area.",
            AccountProblem.AREA_NEEDED: "A dispatcher needs an area. Choose one.",
            AccountProblem.AREA_FULL: "This area has as many dispatchers as it may have, which is 10.",
            AccountProblem.OWN_ROLE: "Nobody changes their own role. Ask another administrator.",
            AccountProblem.OWN_ACCOUNT: "Nobody does this to their own account. Ask another administrator.",
            AccountProblem.LAST_ADMINISTRATOR: "This is the last administrator. Make another one first.",
            AccountProblem.OPEN_BILLS: "This biller has bills that are not completed. Complete them first.",
            AccountProblem.PIN_NOT_FOR_ROLE: "Only a biller adds a PIN to the badge.",
            AccountProblem.BADGE_TAKEN: "The centre did not take this badge. Make it again.",
        },
        station_problems={
            StationProblem.NOT_FOUND: "There is no such station any more. Ask again for the list.",
            StationProblem.BAD_NAME: "A station's name is one line of 1 to 64 characters.",
            StationProblem.UNKNOWN_AREA: "The centre does not know this area.",
        },
        troubles={
            PeopleTrouble.UNREACHABLE: Said(
                heading="The centre cannot be reached",
                what="The list cannot be shown now. Try again in a minute. Scanning goes on.",
            ),
            PeopleTrouble.MISMATCH: Said(
                heading="The centre does not fit this program",
                what="It is older or newer than this station. Call IT. Scanning goes on.",
            ),
            PeopleTrouble.NOT_PERMITTED: Said(
                heading="Not permitted",
                what="Your sign-in has ended, or is not an administrator's with password. Sign in again.",
            ),
            PeopleTrouble.DEFECT: Said(
                heading="The program itself failed here",
                what="Try again, and call IT if it stays. Scanning goes on.",
            ),
        },
        deed_troubles={
            PeopleTrouble.UNREACHABLE: Said(
                heading="The centre cannot be reached",
                what="It is not known whether this was done. Look at the list before you do it again.",
            ),
            PeopleTrouble.MISMATCH: Said(
                heading="Not done",
                what="The centre is older or newer than this station. Call IT. Scanning goes on.",
            ),
            PeopleTrouble.NOT_PERMITTED: Said(
                heading="Not permitted",
                what="Your sign-in has ended, or gives no right to this. Sign in again with your password.",
            ),
            PeopleTrouble.DEFECT: Said(
                heading="The program itself failed here",
                what="Look at the list before you do it again, and call IT if it stays.",
            ),
        },
        notes={
            OfficeNote.CREATED: Said(heading="Made", what="{name} can sign in now."),
            OfficeNote.EDITED: Said(heading="Saved", what="{name} was changed."),
            OfficeNote.DISABLED: Said(heading="Disabled", what="{name} can sign in nowhere any more."),
            OfficeNote.ENABLED: Said(heading="Enabled", what="{name} can sign in again."),
            OfficeNote.UNLOCKED: Said(heading="Unlocked", what="{name} can try the password again."),
            OfficeNote.PASSWORD_SET: Said(
                heading="Password set",
                what="{name} signs in with the new password from now on. Open sign-ins at stations ended.",
            ),
            OfficeNote.BADGE_MADE: Said(
                heading="Badge made",
                what="Print the card of {name}, then press Printed: the file holds the badge.",
            ),
            OfficeNote.BADGES_ENDED: Said(heading="Badge ended", what="The badge of {name} works no more."),
            OfficeNote.PIN_SET: Said(heading="PIN set", what="{name} can add the PIN to the badge now."),
            OfficeNote.PIN_REMOVED: Said(heading="PIN removed", what="{name} has no PIN any more."),
            OfficeNote.SESSIONS_ENDED: Said(heading="Signed out", what="Every sign-in of {name} has ended."),
            OfficeNote.SESSION_ENDED: Said(heading="Ended", what="This sign-in of {name} has ended."),
            OfficeNote.RENAMED: Said(heading="Renamed", what="The station shows {name} in a moment."),
            OfficeNote.MOVED: Said(heading="Moved", what="{name} belongs to another area now."),
            OfficeNote.REVOKED: Said(
                heading="Revoked", what="The centre takes nothing from {name} any more."
            ),
            OfficeNote.RESTORED: Said(heading="Restored", what="{name} works at the centre again."),
            OfficeNote.CODE_MADE: Said(
                heading="Code made", what="Type it at the new station. It is shown here only once."
            ),
            OfficeNote.OWN_PASSWORD_CHANGED: Said(
                heading="Password changed", what="Use the new one at your next sign-in, here and on the web."
            ),
            OfficeNote.CARD_DELETED: Said(
                heading="Deleted", what="The card is not on this computer any more."
            ),
            OfficeNote.REFUSED: Said(heading="Not done", what=""),
            OfficeNote.OLD_PASSWORD_WRONG: Said(
                heading="Not changed",
                what="The password you have now was not right. Type all again. "
                "After 5 wrong ones: wait 15 minutes.",
            ),
            OfficeNote.OLD_PASSWORD_LOCKED: Said(
                heading="Not changed",
                what="There were too many wrong passwords. Try again in 15 minutes.",
            ),
            OfficeNote.CARD_NOT_WRITTEN: Said(
                heading="No badge made",
                what="The card cannot be written on this computer. The badge of {name} stays as it was.",
            ),
            OfficeNote.CARD_NOT_DELETED: Said(
                heading="Not deleted", what="The card is still on this computer: {name}. Delete it by hand."
            ),
            OfficeNote.CARDS_LEFT: Said(
                heading="A badge is still in a file",
                what="{name} holds a badge that was printed earlier. Whoever copies it has the badge.",
            ),
            OfficeNote.STILL_ASKING: Said(
                heading="One moment", what="The centre has not yet answered what was asked before."
            ),
            OfficeNote.BAD_FILTER: Said(heading="Not searched", what=""),
        },
        roles={Role.ADMIN: "Administrator", Role.BILLER: "Biller", Role.DISPATCHER: "Dispatcher"},
        areas=ENGLISH_SHEETS.area_names,
        no_area="no area",
        page="Page {number}",
        asking="Asking the centre …",
        own_password_title="My password",  # noqa: S106 - a title
        own_password_name="I am",  # noqa: S106
        own_password_role="Role",  # noqa: S106
        own_password_hint="The same password is used at every station and on the web. "  # noqa: S106
        "Badges and PIN stay as they are.",
        today="%H:%M",
        other_day="%d.%m.%Y %H:%M",
        day="%d.%m.%Y",
        exact="%d.%m.%Y %H:%M:%S",
        accounts=AccountWords(
            columns=("Name", "Role, area", "State", "Last sign-in, badge"),
            empty="There are no accounts.",
            nothing_found="Nobody has this in the name or e-mail address.",
            role="Role",
            area="Area",
            email="E-mail",
            state="State",
            usable="in use",
            disabled="disabled",
            locked="locked until {time}",
            locked_short="locked",
            until="until {time}",
            short_badge="badge",
            short_badge_until="badge to {time}",
            short_badge_and_pin="badge and PIN",
            short_badge_and_pin_until="badge to {time}, PIN",
            two_factor="Second factor",
            with_two_factor="second factor",
            without_two_factor="none",
            badge="Badge",
            badge_until="badge until {time}",
            badge_for_ever="badge without end",
            no_badge="none",
            pin="PIN",
            has_pin="set",
            no_pin="none",
            with_pin="PIN",
            last_sign_in="Last sign-in here",
            never="never",
            open_sessions="Open sign-ins",
            card_title="Badge of {name}",
            card_kept="Card to print",
            card_steps=(
                "1. Print the card at 100 % and cut it out.",
                "2. Press Printed. Whoever has the file can copy the badge, so it is deleted.",
                "The code of the badge is shown nowhere, and kept nowhere but in this file.",
            ),
        ),
        sessions=SessionWords(
            columns=("Who and where", "How", "Since, seen", "State"),
            empty="Nobody has signed in at a station yet.",
            nothing_found="This person has not signed in at a station lately.",
            station="Station",
            way="Signed in with",
            rights="May do",
            since="Since",
            last_seen="Last seen",
            state="State",
            open="open",
            this_one="this one",
            ended="ended {time}",
            ended_short="ended",
            ended_by="by {by}",
            ways={
                SignInWay.PASSWORD: "password",
                SignInWay.BADGE: "badge",
                SignInWay.PIN: "badge and PIN",
                SignInWay.REMEMBERED_PASSWORD: "password, without centre",
                SignInWay.REMEMBERED_PIN: "badge and PIN, without centre",
            },
            rights_names={Rights.OPERATOR: "scan only", Rights.FULL: "all of the role"},
        ),
        stations=StationWords(
            columns=("Station, area", "Operator", "Last seen", "State"),
            empty="No station is enrolled yet.",
            unnamed="(no name)",
            area="Area",
            version="Version",
            account="Database account",
            enrolled="Enrolled",
            last_seen="Last seen",
            operator="Operator",
            nobody="nobody",
            state="State",
            in_use="in use",
            revoked_short="revoked",
            revoked="revoked {time}",
            revoked_by="revoked {time} by {by}",
            code_title="Code for {name}",
            code_title_unnamed="Code for a new station",
            code_until="Good until",
            code_hint="Type it at the new station, in its set-up. It works once. Nobody can see it again.",
        ),
        audit=AuditWords(
            columns=("When", "Who", "What was done, to what"),
            empty="Nothing is written in the audit yet.",
            nothing_found="Nothing in the audit fits. Press F9 to see all.",
            at="When",
            who="Who",
            act="Called",
            nobody="nobody named",
            as_written="{name} (as written)",
            thing="To what",
            number="Row",
            address="Address",
            entry="Entry",
            changes="What changed",
            before="What it was",
            after="What it is",
            details="Details",
            plain_text="as written",
            change="{code} → {other}",
            appeared="{other} (new)",
            gone="{code} (gone)",
            unchanged="The rest stayed as it was.",
            nothing="nothing",
            yes="yes",
            no="no",
        ),
    ),
)
