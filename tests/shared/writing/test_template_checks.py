"""Mistakes in templates are found with their lines, and nothing that is right."""

import pytest
from jinja2 import Environment, UndefinedError

from shared.writing.css_check import css_fault
from shared.writing.html_check import fault_in_template, html_fault
from shared.writing.jinja_check import SuggestingUndefined, name_fault
from shared.writing.suggestions import did_you_mean


@pytest.mark.parametrize(
    ("css", "fault"),
    [
        (
            "h1 {\n  colr: red; }",
            "line 2: there is no property 'colr'; did you mean 'color'?",
        ),
        ("h1 { color: red; }\nh2 { color: ", "line 2: '{' is not closed: '}' is missing"),
        ("h1 { color: red }\n}", "line 2: '}' closes nothing"),
        ("h1 { color: red\n background: blue }", "line 2: ';' is missing before 'background'"),
        ("h1 { color }", "line 1: this is no declaration, such as 'color: red;'"),
        ("h1 { color: }", "line 1: 'color' has no value"),
        ("p { color: rgb(1, 2, 3 }\np { }", "line 1: '}' closes another bracket"),
        ("p { color: red }\na:not(.b { }", "line 2: '(' is not closed: ')' is missing"),
        ("{ color: red }", "line 1: the selector before '{' is missing"),
        ("p { color: red }\n/* p", "line 2: the comment is not closed: '*/' is missing"),
        ("@media print {\n h1 { colour: red } }", "line 2: there is no property 'colour'"),
        ("@page { margn: 1cm }", "line 1: there is no property 'margn'"),
    ],
)
def test_a_mistake_in_css_is_found(css: str, fault: str) -> None:
    assert str(css_fault(css)).startswith(fault)


@pytest.mark.parametrize(
    "css",
    [
        "",
        "h1 { color: red } /* } */ p::after { content: '}' }",
        "@page { size: A4; @top-left { content: 'x' } } @font-face { src: url(asset:x) }",
        "@media (max-width: 480px) { td { padding: 0 !important } }",
        "p { -x-y: 1; --own: {a: b}; mso-line-height-rule: exactly; background: url(data:a;b) }",
        "h1 { &:hover { color: red } } @import 'x';",
    ],
)
def test_css_without_a_mistake_is_taken(css: str) -> None:
    assert css_fault(css) is None


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("<div>\n<span>", "line 2: <span> is not closed"),
        ("<div>\n<b></div>", "line 2: <b> is not closed"),
        ("<p></p>\n</div>", "line 2: </div> closes nothing"),
        ("<div/>", "line 1: <div/> does not close itself: write <div></div>"),
    ],
)
def test_an_element_that_is_not_closed_is_found(page: str, fault: str) -> None:
    assert str(html_fault(page)) == fault


@pytest.mark.parametrize(
    "page",
    [
        "<ul><li>a<li>b</ul><br><img/>",
        "<table><tr><td>a<td>b</table><svg><path/></svg>",
        "<!--[if mso]><table><![endif]--><style>a > b { }</style>",
    ],
)
def test_html_may_leave_out_what_it_need_not_say(page: str) -> None:
    assert html_fault(page) is None


def test_the_line_is_that_of_the_template_where_it_can_be_known() -> None:
    page = "<html>\n<p>\n<div>"
    assert str(fault_in_template("{% for a in b\n%}<div>", page)) == "line 2: <div> is not closed"
    branches = "{% if a %}<div></div>{% else %}<div>{% endif %}</div>"
    assert str(fault_in_template(branches, page)) == "<div> is not closed"
    assert fault_in_template("<div>", "<p></p>") is None


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("\n{{ subjct }}", "line 2: there is no variable 'subjct'; did you mean 'subject'?"),
        ("{{ subject | upr }}", "line 1: there is no filter 'upr'; did you mean 'upper'?"),
        ("{{ order.nmber }}", "line 1: 'order' has no 'nmber'; did you mean 'number'?"),
        ("{% for a in subject %}{{ b }}{% endfor %}", "line 1: there is no variable 'b'"),
    ],
)
def test_an_unknown_name_is_found(source: str, fault: str) -> None:
    environment = Environment(autoescape=True)
    tree = environment.parse(source)
    found = name_fault(tree, environment, ["subject", "order"], {"order": ["number"]})
    assert str(found).startswith(fault)


def test_names_that_a_template_sets_are_known() -> None:
    environment = Environment(autoescape=True)
    source = (
        "{% set a = 1 %}{% for b, c in d %}{{ a + b + c + loop.index }}{% endfor %}"
        "{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{{ m(range(3)) }}{{ super() }}"
        "{% import 'i' as i %}{% from 'j' import k, l as n %}{{ i.x }}{{ k }}{{ n }}"
    )
    assert name_fault(environment.parse(source), environment, ["d"]) is None


def test_an_unknown_field_names_no_class() -> None:
    environment = Environment(autoescape=True, undefined=SuggestingUndefined)
    with pytest.raises(UndefinedError, match="there is no 'nme' here; did you mean 'name'"):
        environment.from_string("{{ line.nme }}").render(line={"name": "a"})
    with pytest.raises(UndefinedError, match="there is no variable 'x'"):
        environment.from_string("{{ x }}").render()


def test_a_suggestion_is_close_or_the_whole_short_list() -> None:
    assert did_you_mean("Invoce", ["invoice", "credit_slip"]) == "; did you mean 'invoice'?"
    assert did_you_mean("xyz", ["b", "a"]) == "; there are: a, b."
    assert did_you_mean("xyz", map(str, range(100, 120))) == "."
