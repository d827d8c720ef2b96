"""Where the API hangs in the web application. What it takes is imported with the first call to it, so that a start
does not wait for it."""

from flask import Blueprint, Response, current_app, request
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import PathConverter

api = Blueprint(
    "api", __name__, url_prefix="/api", template_folder="templates", static_folder="static", static_url_path="/static"
)


class Anything(PathConverter):
    """Line feeds and empty parts too, so that the API itself says what is not there."""

    part_isolating = False
    regex = r"(?s:.*)"


@api.record_once
def _know(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["anything"] = Anything


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@api.route("/", defaults={"_path": ""}, methods=METHODS, provide_automatic_options=False)
@api.route("/<anything:_path>", methods=METHODS, provide_automatic_options=False, merge_slashes=False)
def call(_path: str) -> Response:
    from bot.api.limits import Limits
    from bot.api.served import served

    limits = current_app.extensions.setdefault("api_limits", Limits())
    return served(current_app.extensions["desk"], request, limits)
