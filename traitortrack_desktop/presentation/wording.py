"""Every sentence an operator sees, in one place: English.

``phrases`` says what the shapes mean and which names a pattern may hold.
"""

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import EntryKind, QuestionKind
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.presentation.phrases import (
    CodeSheetWords,
    HeadingWords,
    Instructions,
    Labels,
    Marks,
    Phrase,
    Plural,
    SetUpWords,
    SignInWords,
    Wording,
)
from traitortrack_desktop.services.events import ScannerProblem
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
    Reason.UNKNOWN_BADGE: Phrase(
        heading="BADGE NOT KNOWN",
        what=("This badge belongs to nobody here.",),
        now=("Sign in with your name and password.",),
    ),
    Reason.BILL_NOT_HERE: Phrase(
        heading="NOT A BAG",
        what=("{code} is a bill. This station packs bags.",),
        now=("Scan a bag.",),
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
            "{code} is a child bag. It is in {other} since {since}.",
            "{code} is a child bag. It is in {other}.",
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
        what=("{code} is a parent bag.",),
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
            "{code} is in {other} since {since}, put there by {by}.",
            "{code} is in {other} since {since}.",
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
    Reason.CENTRE_COULD_NOT_STORE: Phrase(
        heading="STOP",
        what=(
            "You scanned {code} for {parent} at {at}. The centre could not take it.",
            "You scanned {code} at {at}. The centre could not take it.",
        ),
        now=("Lay {code} aside and tell a supervisor. Then scan UNDERSTOOD or hold F12.",),
    ),
}

ENGLISH = Wording(
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
    },
    complete=Phrase(
        heading="COMPLETE",
        what=("{parent} is full with {count} bags.",),
        now=("Scan UNDO to take {child} out again.",),
    ),
    late=_ENGLISH_LATE,
    ready=Phrase(heading="READY", what=("Counted bags are stored here first, with or without a network.",)),
    resumed=Phrase(heading="READY", what=("{parent} stands as it stood: {count} of {capacity} inside.",)),
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
        not_listening="NOT LISTENING · touch this window",
        cannot_store="STOP SCANNING · call IT",
        questions={
            QuestionKind.CLOSE: "Scan CLOSE again to close it",
            QuestionKind.SWITCH: "Scan {code} again to change",
            QuestionKind.REMOVE: "Scan the bag to take out",
        },
    ),
    commands={
        Command.UNDO: "Undo",
        Command.CLOSE: "Close bag",
        Command.REMOVE: "Take out",
        Command.CANCEL: "Cancel",
        Command.UNDERSTOOD: "Understood",
    },
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
        keyboard_scanner="Keyboard",
        no_sound="No sound",
        unnumbered="–",
        late_of="Refused by the centre · {number} of {total}",
        meanwhile="Last scan: {heading} {code}",
        uncounted=Plural(one="1 scan not counted", other="{count} scans not counted"),
        uncounted_then=Plural(
            one="1 bag was scanned meanwhile and not counted: scan it again.",
            other="{count} scans meanwhile were not counted: scan those bags again.",
        ),
        menu="Menu",
        back="Back",
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
    set_up=SetUpWords(
        title="Connect this station",
        hint="This is done once. IT knows what to type here.",
        labels={
            SetUpField.SERVERS: "Address of the central database",
            SetUpField.DATABASE: "Name of the database",
            SetUpField.ACCOUNT: "Account",
            SetUpField.PASSWORD: "Password",
            SetUpField.STATION: "Name of this station",
        },
        example="db.example.com  or  db1:5432, db2:5432",
        submit="Connect",
        trying="Trying the connection …",
        wrong={
            SetUpField.SERVERS: "Type the server's address only, such as db.example.com or "
            "db.example.com:5432. Several are separated by commas.",
            SetUpField.DATABASE: "Type the name of the database, at most 63 characters.",
            SetUpField.ACCOUNT: "Type the account that IT made for this station, at most 63 characters.",
            SetUpField.PASSWORD: "This password is too long to be kept. Ask IT for a shorter one.",
            SetUpField.STATION: "Type a name for this station, at most 64 characters, such as Station 7.",
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
            "Ask IT for an account with the role traitortrack_station.",
            SetUpProblem.OTHER_ACCOUNT: "The central database knows this station under another account, "
            "or has barred it. Ask IT.",
            SetUpProblem.NOT_WRITTEN: "The connection works, but this computer cannot keep it: "
            "the settings file cannot be written. Ask IT.",
            SetUpProblem.DEFECT: "The program itself failed here. Try again, and call IT if it stays.",
        },
        not_kept="Connected. This computer has no key ring, so the password is used for this run only. "
        "IT has to provide it for the next start: in a libpq pass file or in TRAITORTRACK_DATABASE_URL.",
        go_on="Open the station",
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
        command_captions={
            Command.UNDO: "take back the last child bag",
            Command.CLOSE: "close the bag early: scan it twice",
            Command.REMOVE: "take a bag out: then scan the bag",
            Command.CANCEL: "answer no to a question",
            Command.UNDERSTOOD: "go on after a stop",
        },
        one_too_many="one bag more than fits",
        already_elsewhere="is in another parent bag already",
        parent_like_a_child="a parent bag, read like a child bag",
        a_bill="a bill, not a bag",
        not_a_bag="the code of nothing",
    ),
)
