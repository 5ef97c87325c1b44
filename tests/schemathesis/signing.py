"""Lets schemathesis call the emulator as somebody who may: with a token, and a signature where one is wanted.

What stands in EMULATOR is the emulator's ready line. Ids in paths are replaced by those of things that exist, now and then,
so that requests get beyond the search for their subject.
"""

import atexit
import base64
import collections
import json
import os
import random
import urllib.error
import urllib.request

import schemathesis
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from schemathesis.core import NotSet
from schemathesis.specs.openapi.checks import negative_data_rejection

with open("spec/dfns.openapi.json") as document:
    SCHEMAS = json.load(document)["components"]["schemas"]
READY = json.loads(os.environ["EMULATOR"])


def send(method, url, body=None, token=None):
    """One request of our own; answers the body, or raises with it."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Person:
    """Somebody with a token and a key."""

    def __init__(self, token, credential_id, private_key):
        self.token, self.credential_id = token, credential_id
        self.key = load_pem_private_key(private_key.encode(), password=None)

    def sign(self, method, path, payload):
        """A user action for a request."""
        declared = {"userActionPayload": payload, "userActionHttpMethod": method, "userActionHttpPath": path}
        challenge = send("POST", READY["url"] + "/auth/action/init", declared, self.token)
        client_data = json.dumps({"type": "key.get", "challenge": challenge["challenge"]}).encode()
        assertion = {
            "credId": self.credential_id,
            "clientData": base64url(client_data),
            "signature": base64url(self.key.sign(client_data)),
        }
        first_factor = {"kind": "Key", "credentialAssertion": assertion}
        completed = {"challengeIdentifier": challenge["challengeIdentifier"], "firstFactor": first_factor}
        return send("POST", READY["url"] + "/auth/action", completed, self.token)["userAction"]

    def signed(self, method, path, body=None):
        """A signed request of our own."""
        payload = "" if body is None else json.dumps(body)
        action = self.sign(method, path, payload)
        headers = {
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
            "x-dfns-useraction": action,
        }
        data = payload.encode() if body is not None else None
        request = urllib.request.Request(READY["url"] + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            # What the emulator does not answer yet has nothing to be found by.
            if error.code == 501:
                return {}
            raise AssertionError(f"{method} {path}: {error.read()}") from error


def session():
    person = {"orgId": READY["orgId"], "userId": EMPLOYEE["userId"]}
    return send("POST", READY["admin"] + "/sessions", person)["token"]


EMPLOYEE = send("GET", READY["admin"] + "/employee")
service = Person(READY["authToken"], READY["credentialId"], READY["privateKey"])
employee = Person(session(), EMPLOYEE["credentialId"], EMPLOYEE["privateKey"])


def furnish():
    """Things that exist, by the name of the path parameter that they are named by."""
    wallets = [service.signed("POST", "/wallets", {"network": name}) for name in ("EthereumSepolia", "Solana", "Bitcoin")]
    for wallet in wallets:
        send("POST", READY["admin"] + "/faucet", {"walletId": wallet["id"], "amount": "1000000000000000000000"})
    first = wallets[0]
    path = f"/wallets/{first['id']}"
    transfer = {"kind": "Native", "to": first["address"], "amount": "1"}
    key = service.signed("POST", "/keys", {"scheme": "EdDSA", "curve": "ed25519"})
    keys = {"publicApiKey": "a", "privateApiKey": "b"}
    made = {
        "walletId": [wallet["id"] for wallet in wallets],
        "transferId": service.signed("POST", f"{path}/transfers", transfer),
        "transactionId": service.signed("POST", f"{path}/transactions", {"kind": "Eip1559", "to": first["address"], "value": "1"}),
        "keyId": key,
        "signatureId": service.signed("POST", f"/keys/{key['id']}/signatures", {"kind": "Message", "message": "0x01"}),
        "feeSponsorId": service.signed("POST", "/fee-sponsors", {"walletId": first["id"]}),
        "exchangeId": employee.signed(
            "POST", "/exchanges", {"kind": "Kraken", "readConfiguration": keys, "writeConfiguration": keys}
        ),
        "accountId": ["spot"],
        "stakeId": service.signed(
            "POST",
            "/staking/stakes",
            {"protocol": "Ethereum", "provider": "Figment", "walletId": first["id"], "amount": "1"},
        ),
        "validatorId": service.signed("POST", "/networks/canton/validators", {"kind": "Shared"}),
        "userId": employee.signed("POST", "/auth/users", {"email": "other@example.com", "kind": "CustomerEmployee"}),
        "permissionId": employee.signed("POST", "/permissions", {"name": "p", "operations": ["Wallets:Read"]}),
        "policyId": employee.signed(
            "POST",
            "/v2/policies",
            {
                "name": "p",
                "activityKind": "Policies:Modify",
                "rule": {"kind": "AlwaysTrigger", "configuration": {}},
                "action": {"kind": "RequestApproval", "approvalGroups": [{"quorum": 1, "approvers": {}}]},
                "filters": {"policyId": {"in": ["plc-00000-00000-00000000000000"]}},
            },
        ),
        "webhookId": employee.signed(
            "POST", "/webhooks", {"url": "http://127.0.0.1:9/", "events": ["wallet.tags.modified"], "status": "Disabled"}
        ),
    }
    ids = {}
    for name, thing in made.items():
        known = thing if isinstance(thing, list) else [thing.get("id") or thing.get("userId")]
        ids[name] = [id for id in known if id]
    return ids


KNOWN = furnish()
# Told at the end: requests that never get past the first refusal would prove little.
STATUSES = collections.Counter()
atexit.register(lambda: print("answers by status:", dict(sorted(STATUSES.items()))))
choose = random.Random(7)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Names a thing that exists in three paths of four."""
    for name in path_parameters or {}:
        if KNOWN.get(name) and choose.random() < 0.75:
            path_parameters[name] = choose.choice(KNOWN[name])
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts on the token, and the signature where the specification wants one."""
    definition = case.operation.definition.raw
    if not definition.get("security", True):
        return
    principals = definition.get("x-principals", [])
    caller = service if "service-account" in principals or not principals else employee
    if definition["operationId"] == "logout":
        caller.token = session()
    headers = case.headers
    headers["Authorization"] = f"Bearer {caller.token}"
    if not definition.get("x-user-action"):
        return
    prepared = case.as_transport_kwargs(base_url=READY["url"])
    payload = ""
    if prepared.get("json") is not None:
        payload = json.dumps(prepared["json"])
    elif isinstance(prepared.get("data"), (bytes, str)):
        payload = prepared["data"]
        payload = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else payload
    path = case.formatted_path
    try:
        headers["X-DFNS-USERACTION"] = caller.sign(case.method.upper(), path, payload)
    except (urllib.error.HTTPError, UnicodeError):
        pass
    if definition["operationId"] == "logout":
        caller.token = session()


def says_nothing(case):
    """A request without a body, where an empty object would do: the emulator reads the one as the other, as clients leave
    out what they have nothing to say in."""
    body = case.body
    is_blank = isinstance(body, (bytes, str)) and not body.strip()
    if not is_blank and not isinstance(body, NotSet):
        return False
    schema = case.operation.definition.raw["requestBody"]["content"]["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    schema = SCHEMAS.get(name, schema)
    return "oneOf" not in schema and not schema.get("required")


@schemathesis.check
def what_does_not_fit_is_refused(context, response, case):
    """As schemathesis checks it, but for one liberty that the emulator takes."""
    if not case.operation.definition.raw.get("requestBody") or not says_nothing(case):
        return negative_data_rejection(context, response, case)


@schemathesis.check
def only_what_is_not_there_yet_fails_inside(context, response, case):
    """No status of 500 or more but 501 with the id of the operation."""
    STATUSES[response.status_code] += 1
    if response.status_code < 500:
        return
    if response.status_code == 501:
        error = response.json()["error"]
        operation = case.operation.definition.raw["operationId"]
        named = error.get("details", {}).get("operationId")
        assert named == operation or "not implemented by the emulator" in error["message"], error
        return
    raise AssertionError(f"{response.status_code}: {response.text}")
