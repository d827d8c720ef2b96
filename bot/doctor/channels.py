"""Whether the providers that are set up let us in. Nobody is texted."""

from collections.abc import Iterator
from typing import Any

import requests

from bot.channels.base import SendError
from bot.channels.errors import not_answered
from bot.doctor.finding import Finding, good, look, wrong
from config import Settings
from conversations.delivery import SendFailure

TIMEOUT = 10.0


def channels(settings: Settings) -> Iterator[Finding]:
    if settings.has_twilio:
        yield _twilio(settings)
    if settings.has_whatsapp:
        yield _whatsapp(settings)
    if settings.has_ultramsg:
        yield _ultramsg(settings)
    if not settings.has_provider:
        yield look("Channels: no provider is set up; `python -m bot chat` works without one. See docs/settings.md.")


def _twilio(settings: Settings) -> Finding:
    """https://www.twilio.com/docs/iam/api/account"""
    from bot.channels.twilio_wire import TwilioWire, client_on

    wire = TwilioWire(settings.twilio_api_base, TIMEOUT)
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
    try:
        account = client_on(wire, sid, token).api.accounts(sid).fetch()
        status, kind = str(account.status), str(account.type)
    except SendError as error:
        return _refused("Twilio", error, "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
    except Exception as error:  # noqa: BLE001 - the SDK raises as it likes over what is no answer of Twilio's
        return wrong(f"Twilio: its answer cannot be read ({type(error).__name__}). Look at TWILIO_API_BASE.")
    finally:
        wire.close()
    if status != "active":
        return wrong(f"Twilio: the account is {status}. Open it in Twilio's console.")
    if kind == "Trial":
        return look("Twilio: lets us in, but a trial account texts only numbers that were verified. Upgrade it.")
    return good("Twilio: lets us in; the account is active.")


def _whatsapp(settings: Settings) -> Finding:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/phone-numbers"""
    from bot.channels.whatsapp import API_BASE

    base = settings.whatsapp_api_base or API_BASE
    url = f"{base}/{settings.whatsapp_graph_version}/{settings.whatsapp_phone_number_id}"
    headers = {"Authorization": f"Bearer {settings.whatsapp_token.get_secret_value()}"}
    fields = {"fields": "display_phone_number"}
    try:
        answer = requests.get(url, fields, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        found: Any = answer.json()
    except requests.JSONDecodeError:
        return wrong("WhatsApp: its answer cannot be read. Look at WHATSAPP_API_BASE.")
    except requests.RequestException as error:
        return _refused("WhatsApp", not_answered(error), "WHATSAPP_API_BASE")
    if not answer.ok or not isinstance(found, dict) or not found.get("display_phone_number"):
        return wrong("WhatsApp: does not let us in. Look at WHATSAPP_TOKEN and WHATSAPP_PHONE_NUMBER_ID.")
    return good("WhatsApp: lets us in; the number is ours.")


def _ultramsg(settings: Settings) -> Finding:
    """https://docs.ultramsg.com/api/get/instance/status"""
    from bot.channels.ultramsg import API_BASE
    from bot.channels.ultramsg_inbound import digits_of

    base = settings.ultramsg_api_base or API_BASE
    url = f"{base}/instance{digits_of(settings.ultramsg_instance_id)}/instance/status"
    token = settings.ultramsg_token.get_secret_value()
    try:
        answer = requests.get(url, {"token": token}, timeout=TIMEOUT, allow_redirects=False)
        found: Any = answer.json()
    except requests.JSONDecodeError:
        return wrong("UltraMsg: its answer cannot be read. Look at ULTRAMSG_API_BASE.")
    except requests.RequestException as error:
        return _refused("UltraMsg", not_answered(error), "ULTRAMSG_API_BASE")
    status = _account_status(found)
    if not answer.ok or not status:
        return wrong("UltraMsg: does not let us in. Look at ULTRAMSG_INSTANCE_ID and ULTRAMSG_TOKEN.")
    if status != "authenticated":
        return wrong(f"UltraMsg: the phone is not linked ({status[:40]}). Scan the QR code on UltraMsg's page again.")
    return good("UltraMsg: lets us in; the phone is linked.")


def _account_status(found: Any) -> str:
    try:
        return str(found["status"]["accountStatus"]["status"])
    except (KeyError, TypeError):
        return ""


def _refused(provider: str, error: SendError, settings: str) -> Finding:
    if error.failure in (SendFailure.BUSY, SendFailure.TOO_FAST, SendFailure.UNCERTAIN):
        return wrong(f"{provider}: does not answer ({error.words or error.code}). Try again; is this machine online?")
    return wrong(f"{provider}: does not let us in ({error.code or error.words}). Look at {settings}.")
