"""Define why something is not possible, as answers state it: beside refusals, in four languages."""

from pydantic import Field

from shared.contracts.message import Value


class Explanation(Value):
    """Why something is not possible now; all is empty if it is possible."""

    code: str = Field(
        default="", description="Code that the command would be refused with; empty: it is possible"
    )
    reason: str = Field(
        default="", description="Why it is not possible, in one English sentence; empty: it is"
    )
    language: str = Field(
        default="en",
        description=(
            "Language of `sentence`: that of the envelope's attribute `language`, else of the"
            " field `language` in the query, else the shop's; `en` if there are no sentences in it"
        ),
    )
    sentence: str = Field(
        default="", description="The same sentence in that language, to show it to people"
    )
