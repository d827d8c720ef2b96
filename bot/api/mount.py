"""Where the API hangs in the web application. What it takes is imported with the first call to it, so that a start
does not wait for it."""

from flask import Blueprint, Response, current_app, request

api = Blueprint(
    "api", __name__, url_prefix="/api", template_folder="templates", static_folder="static", static_url_path="/static"
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@api.route("/", defaults={"_path": ""}, methods=METHODS, provide_automatic_options=False)
@api.route("/<path:_path>", methods=METHODS, provide_automatic_options=False)
def call(_path: str) -> Response:
    from bot.api.served import served

    return served(current_app.extensions["desk"], request)
