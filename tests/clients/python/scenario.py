"""The official Python client plays a scenario against the emulator whose ready line stands in EMULATOR."""

import hashlib
import hmac
import json
import os
import queue
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from dfns_sdk import DfnsClient, DfnsClientConfig, DfnsError, KeySigner

READY = json.loads(os.environ["EMULATOR"])


def client(token, credential_id, private_key):
    signer = KeySigner(credential_id=credential_id, private_key=private_key)
    return DfnsClient(DfnsClientConfig(auth_token=token, base_url=READY["url"], signer=signer))


def admin(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(READY["admin"] + path, data=data, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def pass_blocks():
    admin("POST", "/clock/advance", {"seconds": 1})


def refused(status, call):
    try:
        call()
    except DfnsError as error:
        assert error.status_code == status, error
        return error
    raise AssertionError(f"expected a refusal with {status}")


dfns = client(READY["authToken"], READY["credentialId"], READY["privateKey"])
employee = admin("GET", "/employee")
session = admin("POST", "/sessions", {"orgId": READY["orgId"], "userId": employee["userId"]})
person = client(session["token"], employee["credentialId"], employee["privateKey"])


def wallet(network, **more):
    return dfns.wallets.create_wallet({"network": network, **more})


def wallets():
    made = [wallet("EthereumSepolia", name=name, tags=["py"]) for name in ("one", "two", "three")]
    assert dfns.wallets.get_wallet(made[0]["id"]) == made[0]
    # A name outside of ASCII: this client declares escaped JSON.
    renamed = dfns.wallets.update_wallet(made[0]["id"], {"name": "café – 財布"})
    assert renamed["name"] == "café – 財布", renamed
    listed, query = [], {"limit": "2"}
    while True:
        page = dfns.wallets.list_wallets(query)
        listed += [item["id"] for item in page["items"]]
        if not page.get("nextPageToken"):
            break
        query = {"limit": "2", "paginationToken": page["nextPageToken"]}
    assert listed == [item["id"] for item in reversed(made)], listed


def keys_and_signatures():
    key = dfns.keys.create_key({"scheme": "EdDSA", "curve": "ed25519", "name": "signing"})
    assert dfns.keys.get_key(key["id"])["publicKey"] == key["publicKey"]
    message = b"signed by the emulator"
    made = dfns.keys.generate_signature(key["id"], {"kind": "Message", "message": "0x" + message.hex()})
    assert made["status"] == "Signed", made
    public_key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key["publicKey"]))
    public_key.verify(bytes.fromhex(made["signature"]["encoded"][2:]), message)
    assert dfns.keys.list_signatures(key["id"])["items"][0]["id"] == made["id"]


def transfers():
    sender, receiver = wallet("Solana"), wallet("Solana")
    admin("POST", "/faucet", {"walletId": sender["id"], "amount": "1000000000"})
    body = {"kind": "Native", "to": receiver["address"], "amount": "1000", "externalId": "payment-1"}
    sent = dfns.wallets.transfer_asset(sender["id"], body)
    assert dfns.wallets.transfer_asset(sender["id"], body)["id"] == sent["id"]
    refused(409, lambda: dfns.wallets.transfer_asset(sender["id"], {**body, "amount": "1"}))
    pass_blocks()
    assert dfns.wallets.get_transfer(sender["id"], sent["id"])["status"] == "Confirmed"
    assets = dfns.wallets.get_wallet_assets(receiver["id"])["assets"]
    assert assets[0]["balance"] == "1000", assets


def policy_with_approval():
    sender, receiver = wallet("EthereumSepolia"), wallet("EthereumSepolia")
    admin("POST", "/faucet", {"walletId": sender["id"], "amount": "1000000000000000000"})
    group = {"name": "all", "quorum": 1, "approvers": {"userId": {"in": [employee["userId"]]}}}
    policy = person.policies.create_policy(
        {
            "name": "ask first",
            "activityKind": "Wallets:Sign",
            "rule": {"kind": "AlwaysTrigger", "configuration": {}},
            "action": {"kind": "RequestApproval", "approvalGroups": [group]},
            "filters": {"walletId": {"in": [sender["id"]]}},
        }
    )
    body = {"kind": "Native", "to": receiver["address"], "amount": "5"}
    held = dfns.wallets.transfer_asset(sender["id"], body)
    assert held["status"] == "Pending", held
    pending = person.policies.list_approvals({"status": "Pending"})["items"]
    assert [item["id"] for item in pending] == [held["approvalId"]], pending
    decided = person.policies.create_approval_decision(held["approvalId"], {"value": "Approved"})
    assert decided["status"] == "Approved", decided
    pass_blocks()
    assert dfns.wallets.get_transfer(sender["id"], held["id"])["status"] == "Confirmed"
    person.policies.delete_policy(policy["id"])
    assert person.policies.get_policy(policy["id"])["status"] == "Archived"


def permissions():
    permission = person.permissions.create_permission({"name": "readers", "operations": ["Wallets:Read"]})
    user = person.auth.create_user({"email": "reader@example.com", "kind": "CustomerEmployee"})
    assignment = person.permissions.assign_permission(permission["id"], {"identityId": user["userId"]})
    listed = person.permissions.list_assignments(permission["id"])["items"]
    assert [item["id"] for item in listed] == [assignment["id"]], listed
    person.permissions.revoke_permission(permission["id"], assignment["id"])
    assert person.permissions.list_assignments(permission["id"])["items"] == []


def webhooks():
    received = queue.Queue()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            received.put((body, self.headers["x-dfns-webhook-signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    webhook = person.webhooks.create_webhook({"url": url, "events": ["wallet.created"]})
    assert person.webhooks.ping_webhook(webhook["id"])["status"] == "200"
    received.get(timeout=10)
    made = wallet("Bitcoin", name="watched")
    body, signature = received.get(timeout=10)
    digest = hmac.new(webhook["secret"].encode(), body, hashlib.sha256).hexdigest()
    assert signature == f"sha256={digest}"
    assert json.loads(body)["data"]["wallet"]["id"] == made["id"]
    # The attempt is written down after its answer; this waits until it is.
    admin("POST", "/webhooks/flush")
    assert person.webhooks.list_webhook_events(webhook["id"])["items"][0]["kind"] == "wallet.created"
    person.webhooks.delete_webhook(webhook["id"])
    server.shutdown()


def users():
    assert any(user["userId"] == employee["userId"] for user in person.auth.list_users()["items"])
    made = person.auth.create_user({"email": "colleague@example.com", "kind": "CustomerEmployee"})
    assert person.auth.get_user(made["userId"])["username"] == "colleague@example.com"
    # This client sends `{}` where it declares an empty payload.
    assert person.auth.deactivate_user(made["userId"], {})["isActive"] is False


def errors():
    unknown = refused(404, lambda: dfns.wallets.get_wallet("wa-00000-00000-00000000000000"))
    assert unknown.message == "wallet not found", unknown
    refused(400, lambda: wallet("Atlantis"))
    stranger = client("not-a-token", READY["credentialId"], READY["privateKey"])
    refused(401, stranger.wallets.list_wallets)
    other = client(READY["authToken"], employee["credentialId"], employee["privateKey"])
    refused(401, lambda: other.wallets.create_wallet({"network": "Bitcoin"}))


for step in (
    wallets,
    keys_and_signatures,
    transfers,
    policy_with_approval,
    permissions,
    webhooks,
    users,
    errors,
):
    step()
    print(f"  {step.__name__}")
