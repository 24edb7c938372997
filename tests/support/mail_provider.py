"""What mail providers post to us, as their documentation shows it."""

import base64
import hashlib
import hmac
import json

SECRET = "hooks:long-and-random"
SIGNING_KEY = "mailgun-signing-key"


def by_postmark(client, *, secret=SECRET, **event):
    """Posts a bounce as Postmark does; the answer."""
    told = {
        "RecordType": "Bounce",
        "ID": 4323372036854775807,
        "Type": "HardBounce",
        "TypeCode": 1,
        "Name": "Hard bounce",
        "Tag": "",
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "ServerID": 23,
        "MessageStream": "outbound",
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": "ada@example.org",
        "From": "members@example.org",
        "BouncedAt": "2027-03-01T12:30:00.0000000Z",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Welcome to The Lantern",
        "Metadata": {},
    } | event
    return _post(client, told, secret)


def by_mailgun(client, *, key=SIGNING_KEY, secret=SECRET, token="7b1f3c0d", **event):
    """Posts a failure as Mailgun does, signed; the answer."""
    timestamp = "1803472200"
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    data = {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "id": "G9Bn5sl1TC6nu79C8C0bwg",
        "timestamp": 1803472200.5,
        "recipient": "ada@example.org",
        "message": {"headers": {"message-id": "20270301123000@example.org", "to": "ada@example.org"}},
        "delivery-status": {"code": 550, "message": "5.1.1 No such user", "description": "", "attempt-no": 1},
        "user-variables": {},
        "tags": [],
    } | event
    told = {"signature": {"timestamp": timestamp, "token": token, "signature": signature}, "event-data": data}
    return _post(client, told, secret)


def _post(client, told, secret):
    headers = {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
    return client.post("/webhooks/mail/", json.dumps(told), content_type="application/json", headers=headers)
