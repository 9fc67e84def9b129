"""What a person may do on the set-up screen of the scanners, and what its guide checks: names only."""

from enum import StrEnum


class ScannerAct(StrEnum):
    """What a press of the set-up screen means."""

    ADD_LEFT = "add_left"
    ADD_RIGHT = "add_right"
    ADD = "add"
    SET_UP_AGAIN = "set_up_again"
    FORGET = "forget"
    FORGET_NOW = "forget_now"
    GUIDE = "guide"
    LOOK = "look"
    PRINT = "print"
    RECORD = "record"
    RECORD_END = "record_end"
    LEAVE = "leave"
    BACK = "back"
    NAME_LEFT = "name_left"
    NAME_RIGHT = "name_right"
    ROLE = "role"
    SIGNAL_OFF = "signal_off"
    SIGNAL = "signal"
    TEST = "test"
    TEN_AGAIN = "ten_again"
    LEARN_AGAIN = "learn_again"
    SAVE = "save"


class GuideCheck(StrEnum):
    """The checks of "scan does nothing", in order."""

    LIGHT = "light"
    PLUG = "plug"
    ALLOWED = "allowed"
    HEARD = "heard"
    UNDERSTOOD = "understood"
    WINDOW = "window"
    SET_UP = "set_up"
