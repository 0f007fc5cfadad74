"""`aftercart customer erase|export`: handle a customer's personal data in every service."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from shared.cli.files import write_file
from shared.cli.options import confirm, json_option, shop_option, wait_option
from shared.cli.requests import NO_REPLY
from shared.cli.shop_client import Data, ShopClient, open_shop_client
from shared.cli.table import Cell, Right, print_table
from shared.cli.terminal import clean, print_note, print_records
from shared.clients.connection import connect
from shared.clients.personal_data import EVENTS, ServiceAnswers
from shared.clients.phrases import listed
from shared.clients.subscriptions import caused_by, subscribe
from shared.runtime.settings import ClientSettings

customer_argument = click.argument("customer_id", metavar="CUSTOMER-ID")
emails_option = click.option(
    "--email",
    "emails",
    multiple=True,
    metavar="ADDRESS",
    help=(
        "An address of the customer, for mails and threads without CUSTOMER-ID; may be repeated. By"
        " default the one that is known."
    ),
)


@click.command(short_help="Erase a customer's personal data.")
@customer_argument
@emails_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask before the data is erased.")
@json_option
@shop_option
@wait_option
def erase(
    customer_id: str, emails: tuple[str, ...], yes: bool, as_json: bool, shop: str, wait: float
) -> None:
    """Erase the personal data of a customer in every service, after a question, for good.

    Prints what each service erased, and what it retains by law, with the date from which it can be
    erased; repeat the command then.
    """
    with open_shop_client(shop, wait, "customer") as client:
        data, described = _customer(client, customer_id, emails)
        confirm(
            f"This erases the personal data of {described} in every service for good.",
            yes=yes,
            reason="Erased data cannot be restored",
        )
        answers = _ask_services(client, "customer.erase", data, wait)
    if as_json:
        print_records(answers.events)
    else:
        _print_erased(answers)
    _require_all(answers, wait)


@click.command(short_help="Export a customer's personal data.")
@customer_argument
@emails_option
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    default=Path("customer.json"),
    show_default=True,
    help="The file to write.",
)
@shop_option
@wait_option
def export(customer_id: str, emails: tuple[str, ...], output: Path, shop: str, wait: float) -> None:
    """Write the personal data of a customer in every service to a JSON file: an object with the
    records of each service, by kind.
    """
    with open_shop_client(shop, wait, "customer") as client:
        data, _ = _customer(client, customer_id, emails)
        answers = _ask_services(client, "customer.export", data, wait)
    _require_all(answers, wait)
    records = {"customer_id": customer_id, **answers.records()}
    content = json.dumps(records, indent=2, ensure_ascii=False)
    write_file(output, content.encode())


COMMANDS = (erase, export)


def _customer(client: ShopClient, customer_id: str, emails: tuple[str, ...]) -> tuple[Data, str]:
    """Return the fields of a command about a customer, and a description of them for people."""
    known = client.request_if_possible("customer.get", {"customer_id": customer_id})
    described = f"customer '{customer_id}'"
    if known:
        emails = emails or (known["email"],)
        described = f"{known['full_name']} ({described})"
    if emails:
        described += f", also by {listed(emails)},"
    return {"customer_id": customer_id, "emails": list(emails)}, described


def _ask_services(client: ShopClient, command: str, data: Data, wait: float) -> ServiceAnswers:
    """Send a command to all services with personal data, and return their events, as soon as each
    has published all of its own or the time is over.
    """
    answers = ServiceAnswers()
    urls = ClientSettings.load().broker_url.get_secret_value()
    with connect(urls, command) as connection:
        events = subscribe(connection, EVENTS[command])
        done = client.request(command, data)
        for event in caused_by(events, done["command_id"], wait):
            answers.add(event.data)
            if not answers.silent:
                break
    return answers


def _print_erased(answers: ServiceAnswers) -> None:
    rows: list[Sequence[Cell]] = []
    for service, kind, count in answers.erased():
        rows.append((service, kind, str(count), "erased", ""))
    for service, each in answers.retained():
        until = f"until {each['erasable_on']}" if each["erasable_on"] else "until later"
        rows.append(
            (
                service,
                each["what"],
                str(each["count"]),
                (f"retained {until}", "yellow"),
                each["reason"],
            )
        )
    print_table(
        ("Service", "Records", Right("Count"), "Result", "Reason"),
        rows,
        empty="No service had personal data of this customer.",
    )


def _require_all(answers: ServiceAnswers, wait: float) -> None:
    """End the program if a service has not answered."""
    if answers.silent:
        print_note(
            clean(
                f"{listed(answers.silent)} did not answer within {wait:g} seconds: the command"
                " waits in the queue. See `aftercart health`, then repeat the command."
            ),
            style="yellow",
        )
        raise click.exceptions.Exit(NO_REPLY)
