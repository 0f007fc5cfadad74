"""Tables with a header row."""

import pytest
from rich.text import Text

from shared.cli.table import Right, Table, print_table


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_columns_are_as_wide_as_their_contents(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("SKU", Right("Pieces"), "Name"), [("MUG-BLUE", "2", "Mug"), ("T", "1000", "")])
    assert lines(capsys) == [
        "SKU       Pieces  Name",
        "MUG-BLUE       2  Mug",
        "T           1000",
    ]


def test_a_column_without_content_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Code", "Used", "State"), [("A", "", "usable"), ("B", "", "usable")])
    assert lines(capsys) == ["Code  State", "A     usable", "B     usable"]


def test_persian_and_wide_letters_take_the_columns_that_terminals_give_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(("Name", "Id"), [("سلام", "1"), ("تی\u200cشرت", "2"), ("茶", "3")])
    shown = [line.replace("\u2068", "").replace("\u2069", "") for line in lines(capsys)[1:]]
    assert shown == ["سلام   1", "تی\u200cشرت  2", "茶     3"]


def test_text_from_right_to_left_does_not_reorder_the_columns_beside_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(("Name", "Pieces"), [("چای ۲۵۰ گرم", "3"), ("Tea", "4")])
    assert lines(capsys)[1:] == ["\u2068چای ۲۵۰ گرم\u2069  3", "Tea          4"]


def test_what_customers_wrote_cannot_manipulate_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(("Name",), [("\x1b[31mred\n[bold]",)])
    assert lines(capsys) == ["Name", "\ufffd[31mred\ufffd[bold]"]


def test_nothing_is_cut_in_a_pipe_and_details_stand_below(
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = Table(("Id", "Text"))
    table.add("1", "x" * 300, below=Text("why"))
    table.print()
    assert lines(capsys) == ["Id  Text", f"1   {'x' * 300}", "    why"]


def test_an_empty_table_says_so_beside_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Id",), [], empty="There is none.")
    assert capsys.readouterr() == ("", "There is none.\n")
