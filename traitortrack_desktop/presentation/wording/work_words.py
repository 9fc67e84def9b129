"""English words of corrections, bills, returns and finding: refusals, questions, what was done, commands.

Those of packing itself stand in ``english``, which joins both.
"""

from collections.abc import Mapping

from traitortrack_desktop.domain.bills import BillStatus
from traitortrack_desktop.domain.codes import CodeKind, Command
from traitortrack_desktop.domain.entries import EntryKind, QuestionKind
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.presentation.phrases import DeskWords, Phrase, Plural, ScanCardWords

_GO_ON = "Go on scanning."
_TELL = "Tell your supervisor. Then scan UNDERSTOOD or hold F12."
_LAY_ASIDE = "Lay it aside. Then scan it again, scan UNDERSTOOD or hold F12."

WORK_REASONS: Mapping[Reason, Phrase] = {
    # -- questions at packing
    Reason.CONFIRM_MOVE: Phrase(
        heading="MOVE BAGS",
        what=("Bags that are in another parent bag go into {parent}.", "Bags go into the open parent bag."),
        now=("Scan each bag to move. Scan CANCEL to end.",),
    ),
    Reason.CONFIRM_WRONG_PARENT: Phrase(
        heading="WRONG BAG?",
        what=(
            "All bags put into {parent} here go into another parent bag.",
            "All bags put in here go into another parent bag.",
        ),
        now=("Scan the right parent bag, or CANCEL.",),
    ),
    Reason.CONFIRM_RELABEL: Phrase(
        heading="NEW LABEL",
        what=("A damaged label is replaced. The bag keeps its history.",),
        now=("Scan the old label or type its code, or CANCEL.",),
    ),
    Reason.CONFIRM_NEW_LABEL: Phrase(
        heading="NEW LABEL",
        what=("{bag} gets a new label.", "The bag gets a new label."),
        now=("Put the new label on and scan it, or CANCEL.",),
    ),
    Reason.CONFIRM_NEW_LABEL_AGAIN: Phrase(
        heading="CHANGE LABEL?",
        what=("{bag} will be called {code}.", "The bag will be called {code}."),
        now=("Scan the new label again, or CANCEL.",),
    ),
    Reason.CONFIRM_DELETE: Phrase(
        heading="DELETE A BAG",
        what=("Only a bag with nothing in it, and in nothing, is deleted.",),
        now=("Scan the bag to delete, or CANCEL.",),
    ),
    Reason.CONFIRM_DELETE_AGAIN: Phrase(
        heading="DELETE IT?",
        what=("{bag} will be deleted.", "{code} will be deleted."),
        now=("Scan it again to delete it, or CANCEL.",),
    ),
    Reason.WHY_CLOSED: Phrase(
        heading="WHY CLOSE IT?",
        what=("{parent} has only {count} of {capacity} bags.", "The parent bag has few bags."),
        now=("Press or scan the reason, or CANCEL.",),
    ),
    Reason.PARENT_OPEN_ELSEWHERE: Phrase(
        heading="OPEN ELSEWHERE",
        what=(
            "{code} is open at {holder} since {since}, with {by}.",
            "{code} is open at {holder} since {since}.",
            "{code} is open at {holder}.",
            "{code} is open at another station.",
        ),
        now=("Scan it again to take it over, or CANCEL.",),
    ),
    Reason.CONFIRM_LEAVE_PARENT: Phrase(
        heading="LEAVE BAG?",
        what=("{parent} is open with {count} of {capacity} bags.", "{parent} is still open."),
        now=("Scan {code} again to close {parent}, or CANCEL to stay.",),
    ),
    # -- questions at bills and returns
    Reason.CONFIRM_NEW_BILL: Phrase(
        heading="NEW BILL?",
        what=("There is no bill {code} yet.",),
        now=("Scan it again to make it, or type its number of places.",),
    ),
    Reason.CONFIRM_NEW_PARENT: Phrase(
        heading="NEW BAG?",
        what=("{code} was never scanned. It can be put onto the bill all the same.",),
        now=("Type it again to put it on, or CANCEL.",),
    ),
    Reason.CONFIRM_DETACH: Phrase(
        heading="TAKE OFF?",
        what=("One parent bag will be taken off bill {bill}.", "One parent bag will be taken off."),
        now=("Scan the parent bag to take off, or CANCEL.",),
    ),
    Reason.CONFIRM_COMPLETE_BILL: Phrase(
        heading="COMPLETE BILL?",
        what=("Bill {bill} has {linked} of {places} parents.", "The bill is full."),
        now=("Scan {code} again to complete it, or CANCEL.",),
    ),
    Reason.CONFIRM_REOPEN_BILL: Phrase(
        heading="REOPEN BILL?",
        what=("Bill {bill} is completed.", "The bill is completed."),
        now=("Scan REOPEN again to open it for changes, or CANCEL.",),
    ),
    Reason.CONFIRM_DELETE_BILL: Phrase(
        heading="DELETE BILL?",
        what=("Bill {bill} will be deleted. Its bags stay.", "The bill will be deleted."),
        now=("Scan the bill to delete it, or CANCEL.",),
    ),
    Reason.WHERE_RETURNED: Phrase(
        heading="WHICH AREA?",
        what=("Where do the bags come back?",),
        now=("Scan the area, or choose it by Help (F11).",),
    ),
    Reason.CONFIRM_UNRETURN: Phrase(
        heading="TAKE OFF?",
        what=("One parent bag goes off the return, back to its bill.",),
        now=("Scan the parent bag to take off, or CANCEL.",),
    ),
    Reason.CONFIRM_FINALISE_RETURN: Phrase(
        heading="FINISH RETURN?",
        what=("Return {ticket} has {linked} bags.", "The return will be finished."),
        now=("Scan {code} again to finish it, or CANCEL.",),
    ),
    Reason.CONFIRM_CANCEL_RETURN: Phrase(
        heading="CANCEL RETURN?",
        what=("Its bags do not go back to their bills.",),
        now=("Scan CANCEL RETURN again to cancel it, or CANCEL to keep it.",),
    ),
    # -- what cannot be done now
    Reason.COMMAND_NOT_HERE: Phrase(
        heading="NOT HERE",
        what=("{code} does nothing at this point.",),
        now=("Press Help (F11) to see what can be scanned now.",),
    ),
    Reason.NOTHING_TO_REOPEN: Phrase(
        heading="NOTHING TO REOPEN", what=("No parent bag was closed here just now.",), now=(_GO_ON,)
    ),
    Reason.NOTHING_TO_MOVE: Phrase(
        heading="NOTHING TO MOVE",
        what=("No bag was put into {parent} at this station.", "There is no bag to move."),
        now=(_GO_ON,),
    ),
    Reason.NOTHING_TO_LEAVE: Phrase(
        heading="NOTHING TO LEAVE", what=("The station packs bags already.",), now=(_GO_ON,)
    ),
    Reason.BILL_ALREADY_OPEN: Phrase(
        heading="ALREADY OPEN", what=("{code} is the one that is open.",), now=("Scan a parent bag.",)
    ),
    Reason.BILL_WAITS: Phrase(
        heading="WAIT FIRST",
        what=("Something on {bill} still waits for the centre.", "Something still waits for the centre."),
        now=("Try again when nothing waits. Other work goes on.",),
    ),
    Reason.CHILD_NOT_ELSEWHERE: Phrase(
        heading="NOT MOVED",
        what=("{code} is in no other parent bag.",),
        now=("Scan CANCEL, then scan the bag to put it in.",),
    ),
    Reason.PRACTICE_CODE: Phrase(
        heading="PRACTICE CODE",
        what=("This code is of a training sheet. It is no bag.",),
        now=("Scan the bag's own label.",),
    ),
    # -- bags and labels
    Reason.PARENT_ON_COMPLETED_BILL: Phrase(
        heading="STOP",
        what=("{parent} is on bill {bill}, which is completed.", "The parent bag is on a completed bill."),
        now=("Ask a biller to reopen the bill. Scan UNDERSTOOD or hold F12.",),
    ),
    Reason.BAG_UNKNOWN: Phrase(
        heading="NOT KNOWN",
        what=("{bag} is not known at the centre.", "{code} is not known at the centre."),
        now=("Look at the code and try again.",),
    ),
    Reason.LABEL_IN_USE: Phrase(
        heading="STOP",
        what=(
            "{code} is another bag. It is in {other} since {since}.",
            "{code} is another bag. It is in {other}.",
            "{code} is the label of another bag.",
        ),
        now=("Take a new label. Scan UNDERSTOOD or hold F12.",),
    ),
    Reason.LABEL_OF_OTHER_KIND: Phrase(
        heading="OTHER KIND",
        what=("{bag} and {code} are not of one kind.", "{code} is the label of another kind of bag."),
        now=("A parent takes a parent's label, a child bag a child's.",),
    ),
    Reason.PARENT_HAS_CHILDREN: Phrase(
        heading="NOT DELETED",
        what=("There are bags in {code}.",),
        now=("Take them out first.",),
    ),
    Reason.CHILD_HAS_PARENT: Phrase(
        heading="NOT DELETED",
        what=("{code} is in {other}.", "{code} is in a parent bag."),
        now=("Take it out first.",),
    ),
    Reason.BAG_ON_BILL: Phrase(
        heading="NOT DELETED",
        what=("{code} is on bill {other_bill}.", "{code} is on a bill."),
        now=("A biller takes it off the bill first.",),
    ),
    Reason.BAG_WAS_RETURNED: Phrase(
        heading="NOT DELETED",
        what=("{code} is on a return. The return needs it.",),
        now=("It stays.",),
    ),
    # -- bills
    Reason.BILL_UNKNOWN: Phrase(
        heading="NO SUCH BILL",
        what=("There is no bill {bill}.", "There is no bill {code}."),
        now=("Look at the bill and scan it again.",),
    ),
    Reason.BILL_EXISTS: Phrase(
        heading="BILL EXISTS",
        what=("There is a bill {bill} already.", "There is such a bill already."),
        now=("Scan it to work at it, or use another name.",),
    ),
    Reason.BILL_NAME_UNUSABLE: Phrase(
        heading="BAD NAME",
        what=("{code} cannot be the name of a bill.",),
        now=("Use 1 to 50 letters and digits, not the code of a bag.",),
    ),
    Reason.BILL_CAPACITY_WRONG: Phrase(
        heading="BAD NUMBER",
        what=(
            "Bill {bill} has {linked} parents already.",
            "A new bill takes 1 to 50 parent bags, later up to 500.",
        ),
        now=("Use a number that fits.",),
    ),
    Reason.BILL_COMPLETED: Phrase(
        heading="BILL COMPLETED",
        what=("Bill {bill} is completed. Nothing goes on or off.", "The bill is completed."),
        now=("To change it: REOPEN twice.",),
    ),
    Reason.BILL_NOT_COMPLETED: Phrase(
        heading="STILL OPEN",
        what=("Bill {bill} is not completed.", "The bill is not completed."),
        now=("Scan a parent bag.",),
    ),
    Reason.BILL_FULL: Phrase(
        heading="BILL FULL",
        what=("Bill {bill} has all its {places} parents.", "Bill {bill} is full.", "The bill is full."),
        now=("Lay {code} aside. Scan COMPLETE, or another bill.",),
    ),
    Reason.BILL_NOT_FULL: Phrase(
        heading="NOT FULL YET",
        what=(
            "Bill {bill} has {linked} of {places} parents.",
            "Bill {bill} is not full.",
            "The bill is not full.",
        ),
        now=("Scan more parents, or lower its number of places first.",),
    ),
    Reason.CHILD_NOT_BILLABLE: Phrase(
        heading="CHILD BAG",
        what=("{code} is a child bag. Only parent bags go here.",),
        now=("Scan a parent bag. To pack bags: LEAVE.",),
    ),
    Reason.PARENT_ON_THIS_BILL: Phrase(
        heading="ALREADY ON IT",
        what=("{code} is on bill {bill} already.", "{code} is on this bill already."),
        now=("It counts once. Go on.",),
    ),
    Reason.PARENT_ON_OTHER_BILL: Phrase(
        heading="STOP",
        what=(
            "{code} is on bill {other_bill} (known at {known}).",
            "{code} is on bill {other_bill}.",
            "{code} is on another bill.",
        ),
        now=(_LAY_ASIDE,),
    ),
    Reason.PARENT_NOT_ON_BILL: Phrase(
        heading="NOT ON IT",
        what=(
            "{code} is not on bill {bill}. It is on {other_bill}.",
            "{code} is not on bill {bill}.",
            "{code} is not on the bill.",
        ),
        now=("Scan a parent bag that is on the bill, or go on.",),
    ),
    # -- bags that come back
    Reason.TICKET_UNKNOWN: Phrase(
        heading="NO SUCH RETURN",
        what=("There is no return {ticket}.", "There is no return {code}."),
        now=("Look at the code and scan it again.",),
    ),
    Reason.TICKET_CLOSED: Phrase(
        heading="RETURN ENDED",
        what=("Return {ticket} is finished or cancelled.", "{code} is finished or cancelled."),
        now=("Begin a new return.",),
    ),
    Reason.TICKET_EMPTY: Phrase(
        heading="NO BAGS YET",
        what=("Return {ticket} has no bags.", "The return has no bags."),
        now=("Scan a parent bag, or CANCEL RETURN twice.",),
    ),
    Reason.ALREADY_RETURNED: Phrase(
        heading="ALREADY RETURNED",
        what=("{code} is on this return already.",),
        now=("It counts once. Go on.",),
    ),
    Reason.PARENT_NOT_BILLED: Phrase(
        heading="ON NO BILL",
        what=("{code} is on no bill, so it cannot come back from one.",),
        now=("Lay it aside and ask a biller.",),
    ),
    Reason.NOT_RETURNED: Phrase(
        heading="NOT RETURNED",
        what=("{code} is not on return {ticket}.", "{code} is not on this return."),
        now=("Scan a bag that is on it, or go on.",),
    ),
}

_ONTO = "You put {parent} on bill {bill} at {at}. "
_BACK = "You returned {parent} on {ticket} at {at}. "
_MOVED = "You moved {moved} bags to {parent} at {at}. "
_NOT_BILLED = "Take {parent} off the pile of {bill}. Then scan it, or hold F12."

WORK_LATE: Mapping[Reason, Phrase] = {
    Reason.PARENT_OPEN_ELSEWHERE: Phrase(
        heading="OPEN TWICE",
        what=(
            "{parent} is open here and at {holder} since {since}, with {by}.",
            "{parent} is open here and at {holder} since {since}.",
            "{parent} is open here and at {holder}.",
            "{code} is open here and at another station.",
        ),
        now=("Only one of you goes on with it. Scan UNDERSTOOD or hold F12.",),
    ),
    Reason.PARENT_ON_COMPLETED_BILL: Phrase(
        heading="STOP",
        what=(
            "You put {child} into {parent} at {at}. {parent} is on bill {other_bill}, which is completed.",
            "You changed {parent} at {at}. It is on bill {other_bill}, which is completed.",
            "{code}: the parent bag is on a completed bill.",
        ),
        now=("Take {child} out again, or ask a biller. Scan it, or hold F12.", _TELL),
    ),
    Reason.LABEL_IN_USE: Phrase(
        heading="STOP",
        what=(
            "You put label {code} on {bag} at {at}. {code} is another bag, in {other}.",
            "You put label {code} on {bag} at {at}. {code} is another bag.",
            "{code} is the label of another bag.",
        ),
        now=("Take the label off {bag}. Then scan UNDERSTOOD or hold F12.", _TELL),
    ),
    Reason.LABEL_OF_OTHER_KIND: Phrase(
        heading="STOP",
        what=(
            "You put label {code} on {bag} at {at}. They are not of one kind.",
            "{code} is the label of another kind of bag.",
        ),
        now=("Take the label off {bag}. Then scan UNDERSTOOD or hold F12.", _TELL),
    ),
    Reason.PARENT_ON_OTHER_BILL: Phrase(
        heading="STOP",
        what=(
            _ONTO + "It is on bill {other_bill} since {since}, put there by {by}.",
            _ONTO + "It is on bill {other_bill}.",
            _BACK + "It is on bill {other_bill} now.",
            "{code} is on bill {other_bill}.",
            "{code} is on another bill.",
        ),
        now=(_NOT_BILLED, _LAY_ASIDE),
    ),
    Reason.PARENT_ON_THIS_BILL: Phrase(
        heading="ALREADY ON IT",
        what=(_ONTO + "It was on it already.", "{code} was on the bill already."),
        now=("It counts once. Scan UNDERSTOOD or hold F12.",),
    ),
    Reason.BILL_FULL: Phrase(
        heading="STOP",
        what=(_ONTO + "The bill was full by then.", "{code}: the bill was full by then."),
        now=(_NOT_BILLED, _LAY_ASIDE),
    ),
    Reason.BILL_COMPLETED: Phrase(
        heading="STOP",
        what=(
            _ONTO + "The bill was completed by then.",
            "Bill {bill} was completed by then.",
            "{code}: the bill was completed by then.",
        ),
        now=("Look at {code} and the bill. Then scan UNDERSTOOD or hold F12.",),
    ),
    Reason.BILL_NOT_FULL: Phrase(
        heading="STOP",
        what=(
            "You completed bill {bill} at {at}. It is not full at the centre.",
            "The bill is not full at the centre.",
        ),
        now=("Look at the bill again. Then scan UNDERSTOOD or hold F12.",),
    ),
    Reason.BILL_UNKNOWN: Phrase(
        heading="STOP",
        what=(
            _ONTO + "There is no such bill any more.",
            _BACK + "Its bill is gone.",
            "There is no bill {bill} any more.",
            "{code}: there is no such bill.",
        ),
        now=("Lay {code} aside and tell a supervisor. Then hold F12.",),
    ),
    Reason.BILL_EXISTS: Phrase(
        heading="BILL EXISTS",
        what=("You made bill {bill} at {at}. It was there already.", "There is such a bill already."),
        now=("Look if it is the right one. Then scan UNDERSTOOD or hold F12.",),
    ),
    Reason.PARENT_NOT_ON_BILL: Phrase(
        heading="STOP",
        what=(
            "You took {parent} off bill {bill} at {at}. It is on bill {other_bill}.",
            "You took {parent} off bill {bill} at {at}. It was not on it.",
            "{code} was not on the bill.",
        ),
        now=("Look where {code} is. Then scan it, or hold F12.",),
    ),
    Reason.CHILD_NOT_BILLABLE: Phrase(
        heading="STOP",
        what=(
            _ONTO + "At the centre it is a child bag.",
            _BACK + "At the centre it is a child bag.",
            "At the centre {code} is a child bag.",
        ),
        now=(_LAY_ASIDE,),
    ),
    Reason.PARENT_NOT_BILLED: Phrase(
        heading="STOP",
        what=(_BACK + "It is on no bill.", "{code} is on no bill."),
        now=("Lay {code} aside and ask a biller. Then scan it, or hold F12.",),
    ),
    Reason.ALREADY_RETURNED: Phrase(
        heading="ALREADY RETURNED",
        what=(_BACK + "It was on it already.", "{code} was on the return already."),
        now=("It counts once. Scan UNDERSTOOD or hold F12.",),
    ),
    Reason.NOT_RETURNED: Phrase(
        heading="STOP",
        what=(
            "You took {parent} off return {ticket} at {at}. It was not on it.",
            "{code} was not on the return.",
        ),
        now=("Look where {code} is. Then scan it, or hold F12.",),
    ),
    Reason.TICKET_CLOSED: Phrase(
        heading="STOP",
        what=(
            _BACK + "The return was ended by then.",
            "Return {ticket} was ended by then.",
            "{code}: the return was ended by then.",
        ),
        now=("Begin a new return with {code}. Scan UNDERSTOOD or hold F12.",),
    ),
    Reason.WHERE_RETURNED: Phrase(
        heading="STOP",
        what=("The new return names no area that the centre knows.",),
        now=("Begin the return again. Then scan UNDERSTOOD or hold F12.",),
    ),
}

LATE_OF_MANY = (_MOVED + "It could not be done: none was moved.",)
LATE_ONTO = (_ONTO + "The centre could not take it.", _BACK + "The centre could not take it.")

WORK_ACCEPTED: Mapping[EntryKind, Phrase] = {
    EntryKind.MOVE_CHILDREN: Phrase(
        heading="MOVED",
        what=(
            "{moved} bags moved from {origin} to {parent}.",
            "{child} moved from {origin} to {parent}.",
            "{child} moved to {parent}.",
            "The bags are in {parent}.",
            "The bags are moved.",
        ),
        now=("Put {child} into {parent}.", "Put the bags into {parent}.", "Put the bags into their new bag."),
    ),
    EntryKind.REPLACE_LABEL: Phrase(
        heading="NEW LABEL",
        what=("{bag} is called {code} now.", "The bag is called {code} now."),
        now=("Take the old label off.",),
    ),
    EntryKind.EDIT_CHILDREN: Phrase(
        heading="CHANGED",
        what=(
            "The list of {parent} is changed. Inside: {count}.",
            "The list of {parent} is changed.",
            "It is changed.",
        ),
    ),
    EntryKind.DELETE_BAG: Phrase(
        heading="DELETED", what=("{bag} is deleted.", "{code} is deleted."), now=("Destroy its label.",)
    ),
    EntryKind.PARENT_TAKEN: Phrase(
        heading="TAKEN OVER",
        what=(
            "{by} at {holder} has {parent} now. It is closed here.",
            "{holder} has {parent} now. It is closed here.",
            "Another station has {parent} now. It is closed here.",
            "Another station has the bag now.",
        ),
        now=("Give the bag to them. Scan the next parent bag.",),
    ),
    EntryKind.OPEN_BILL: Phrase(
        heading="BILL OPEN",
        what=(
            "{closes} is closed. {bill} has {linked} of {places} parents.",
            "{bill} has {linked} of {places} parents.",
            "Bill {bill} is open.",
            "The bill is open.",
        ),
    ),
    EntryKind.CREATE_BILL: Phrase(
        heading="NEW BILL",
        what=(
            "{closes} is closed. Bill {bill} takes {places} parents.",
            "Bill {bill} is made. It takes {places} parents.",
            "The bill is made.",
        ),
    ),
    EntryKind.ATTACH_PARENT: Phrase(
        heading="ON THE BILL",
        what=(
            "{parent} is on {bill}. Places left: {remaining}.",
            "{parent} is on bill {bill}.",
            "It is on the bill.",
        ),
    ),
    EntryKind.DETACH_PARENT: Phrase(
        heading="TAKEN OFF",
        what=(
            "{parent} is off {bill}. Places left: {remaining}.",
            "{parent} is off bill {bill}.",
            "It is off the bill.",
        ),
        now=("Take {parent} from the pile of the bill.", "Take it from the pile."),
    ),
    EntryKind.COMPLETE_BILL: Phrase(
        heading="COMPLETED",
        what=("Bill {bill} is completed with {linked} parents.", "The bill is completed."),
        now=("Scan the next bill, or LEAVE.",),
    ),
    EntryKind.REOPEN_BILL: Phrase(
        heading="REOPENED",
        what=("Bill {bill} takes changes again. Places left: {remaining}.", "The bill takes changes again."),
    ),
    EntryKind.EDIT_BILL: Phrase(
        heading="CHANGED",
        what=("Bill {bill} is changed. It takes {places} parents.", "The bill is changed."),
    ),
    EntryKind.DELETE_BILL: Phrase(
        heading="DELETED",
        what=("Bill {bill} is deleted. Its bags stay.", "The bill is deleted."),
    ),
    EntryKind.RESUME_RETURN: Phrase(
        heading="RETURN OPEN",
        what=("Return {ticket} has {linked} bags.", "Return {ticket} is open.", "The return is open."),
    ),
    EntryKind.OPEN_RETURN: Phrase(
        heading="NEW RETURN",
        what=("Return {ticket} at {area} is open.", "Return {ticket} is open.", "The return is open."),
        now=("Write {ticket} on the papers.", ""),
    ),
    EntryKind.RETURN_BAG: Phrase(
        heading="RETURNED",
        what=(
            "{parent} with {base_count} bags is back from bill {other_bill}.",
            "{parent} is back from bill {other_bill}.",
            "{parent} is on return {ticket}.",
            "It is on the return.",
        ),
    ),
    EntryKind.UNRETURN_BAG: Phrase(
        heading="TAKEN OFF",
        what=(
            "{parent} is off the return, back on bill {other_bill}.",
            "{parent} is off the return, back on its bill.",
            "It is off the return.",
        ),
    ),
    EntryKind.FINALISE_RETURN: Phrase(
        heading="FINISHED",
        what=("Return {ticket} is finished.", "The return is finished."),
    ),
    EntryKind.CANCEL_RETURN: Phrase(
        heading="CANCELLED",
        what=("Return {ticket} is cancelled.", "The return is cancelled."),
        now=("Its bags do not go back to their bills.",),
    ),
    EntryKind.LEAVE: Phrase(
        heading="BACK",
        what=(
            "The station is at {here} again.",
            "{parent} is open with {count} of {capacity} bags.",
            "The station packs bags.",
        ),
    ),
    EntryKind.FIND: Phrase(heading="FIND", what=("What is scanned is shown. Nothing is changed.",)),
    EntryKind.LOOK_UP: Phrase(heading="FOUND", what=("{code} was looked up. Nothing is changed.",)),
}

MOVED_FULL = Phrase(
    heading="COMPLETE",
    what=(
        "{moved} bags moved from {origin}. {parent} is full with {count}.",
        "{child} moved from {origin}. {parent} is full with {count}.",
        "{parent} is full with {count} bags.",
    ),
    now=("Put them into {parent}.",),
)
NEVER_PACKED = Phrase(
    heading="NOT KNOWN",
    what=("{code} was never packed, as far as is known.",),
    now=("Lay it aside. It goes on after it is packed.",),
)
BILL_IS_FULL = Phrase(
    heading="BILL FULL",
    what=("{parent} is on {bill}. All {places} places are taken.",),
    now=("Scan COMPLETE (F4) twice to complete the bill.",),
)

WORK_QUESTIONS: Mapping[QuestionKind, str] = {
    QuestionKind.MOVE: "Scan each bag to move",
    QuestionKind.WRONG_PARENT: "Scan the right parent bag",
    QuestionKind.RELABEL: "Scan or type the old code",
    QuestionKind.NEW_LABEL: "Scan the new label",
    QuestionKind.NEW_LABEL_AGAIN: "Scan {code} again to use it",
    QuestionKind.DELETE: "Scan the bag to delete",
    QuestionKind.DELETE_AGAIN: "Scan {code} again to delete it",
    QuestionKind.WHY: "Why is it closed? Choose below",
    QuestionKind.TAKE_OVER: "Scan {code} again to take it over",
    QuestionKind.LEAVE_PARENT: "Scan {code} again to leave the bag",
    QuestionKind.NEW_BILL: "Scan {code} again to make it",
    QuestionKind.DETACH: "Scan the parent bag to take off",
    QuestionKind.NEW_PARENT: "Type {code} again to put it on",
    QuestionKind.COMPLETE_BILL: "Scan {code} again to complete it",
    QuestionKind.REOPEN_BILL: "Scan REOPEN again to reopen it",
    QuestionKind.DELETE_BILL: "Scan bill {about} to delete it",
    QuestionKind.AREA: "Scan the area of the return",
    QuestionKind.UNRETURN: "Scan the parent bag to take off",
    QuestionKind.FINALISE_RETURN: "Scan {code} again to finish it",
    QuestionKind.CANCEL_RETURN: "Scan CANCEL RETURN again",
}

WORK_COMMANDS: Mapping[Command, str] = {
    Command.MOVE: "Move",
    Command.WRONG_PARENT: "Wrong parent",
    Command.RELABEL: "New label",
    Command.REOPEN: "Reopen",
    Command.DELETE: "Delete",
    Command.COMPLETE: "Complete",
    Command.LEAVE: "Leave",
    Command.FIND: "Find",
    Command.NEW_RETURN: "New return",
    Command.CANCEL_RETURN: "Cancel return",
    Command.LOT_ENDED: "Lot ended",
    Command.SHIFT_ENDED: "Shift ended",
    Command.MATERIAL_SHORT: "No material",
    Command.BAG_DAMAGED: "Damaged",
    Command.AS_ORDERED: "As ordered",
}

DESK_WORDS = DeskWords(
    next_parent="Scan parent bag {number}",
    bill_full="Bill full: scan COMPLETE",
    bill_completed="Bill completed: scan the next bill",
    next_returned="Scan a returned parent bag",
    not_yours="Scan LEAVE, or a biller signs in",
    finding="Scan a bag, bill or return to find it",
    look_at="Look at {code}, scan UNDERSTOOD",
    open_twice="Ask who goes on with {code}",
    bill="Bill",
    ticket="Return",
    of_places="of {places}",
    places_left=Plural(one="place left", other="places left"),
    places_unknown="on it",
    returned=Plural(one="bag back", other="bags back"),
    kilograms="{kilograms} kg",
    weight="{kilograms} kg of {expected} kg",
    too_light="{kilograms} kg less",
    too_heavy="{kilograms} kg more",
    weight_right="as expected",
    area="at {area}",
    statuses={
        BillStatus.NEW: "New",
        BillStatus.PROCESSING: "In work",
        BillStatus.COMPLETED: "Completed",
    },
    status_unknown="Not known here",
    waits=Plural(one="1 waits for the centre", other="{count} wait for the centre"),
    all_there="all at the centre",
    as_of="as of {known}",
    as_known_here="as known here",
    bags_in=Plural(one="1 bag", other="{count} bags"),
    no_parents="Parent bags appear here, the newest on top",
    no_returned="Returned bags appear here, the newest on top",
    on_before=Plural(one="1 parent was on it before", other="{count} parents were on it before"),
    more_on_it=Plural(one="and 1 more on it", other="and {count} more on it"),
    on_bill="on {bill}",
    on_completed_bill="on {bill}, completed",
    from_other="from {holder}",
    bill_commands={
        Command.REMOVE: "Take off",
        Command.LEAVE: "Leave",
        Command.REOPEN: "Reopen",
        Command.DELETE: "Delete bill",
    },
    return_commands={
        Command.REMOVE: "Take off",
        Command.COMPLETE: "Finish",
        Command.LEAVE: "Leave",
        Command.CANCEL_RETURN: "Cancel return",
    },
    help="Help",
    lists_bills="Bills",
    lists_returns="Returns",
    lists_bags="Bags",
    lists_refusals="Refused today",
    card="What can I scan?",
)

CARD_WORDS = ScanCardWords(
    title="What can I scan?",
    hint="Scan one of these, press its key, or touch it.",
    scans="Scan",
    close="Back",
    packing={
        CodeKind.PARENT: "Parent bag: opens it",
        CodeKind.CHILD: "Child bag: goes into the open parent bag",
        CodeKind.BILL: "Bill: parent bags go onto it",
        CodeKind.TICKET: "Return: goes on with it",
        CodeKind.BADGE: "Badge: the next scans are yours",
    },
    at_bill={
        CodeKind.PARENT: "Parent bag: goes onto bill {bill}",
        CodeKind.BILL: "Another bill: goes to it",
        CodeKind.TICKET: "Return: goes on with it",
        CodeKind.BADGE: "Badge: the next scans are yours",
    },
    at_return={
        CodeKind.PARENT: "Parent bag: comes back from its bill",
        CodeKind.BILL: "Bill: goes to it",
        CodeKind.TICKET: "Another return: goes to it",
        CodeKind.BADGE: "Badge: the next scans are yours",
    },
    finding={
        CodeKind.PARENT: "Parent bag: shows it",
        CodeKind.CHILD: "Child bag: shows it",
        CodeKind.BILL: "Bill: shows it",
        CodeKind.TICKET: "Return: shows it",
        CodeKind.BADGE: "Badge: the next scans are yours",
    },
    stopped="First: UNDERSTOOD, or the bag again",
    answers="First: {answer}",
    sheets={"en": "Print commands", "hi": "Print in Hindi"},
    sheet_made="The sheet to print: {path}",
    no_sheet="The sheet could not be written: is the disk full?",
    numbers="{number} parents",
    scans_as="{code}",
)
