"""The screens of templates: gallery, editor, versions, pictures of the shop."""

from shared.console.pages.templates import drafts, editor, gallery, pictures, versions
from shared.console.routing import Screens

screens = Screens.joined(
    gallery.screens, pictures.screens, drafts.screens, versions.screens, editor.screens
)
