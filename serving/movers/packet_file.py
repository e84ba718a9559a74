"""The signed file of a transfer packet: the sender writes it, the receiver takes it and removes it."""

import base64
from dataclasses import asdict
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import TypeAdapter, ValidationError

from features.atomic_files import replace_through
from features.errors import Refused
from features.movers.packet import FORMAT, Packet
from models.bundle.canonical_json import canonical_json, parse_json_object
from models.bundle.signing import KeyPair

PACKET = TypeAdapter(Packet)
AGAIN = "remove it and run `ontrack movers` again"


class PacketRefused(Refused):
    """A transfer packet that is not what its sender signed for this district. Exit code 3."""


def write_packet(folder: Path, packet: Packet, keys: KeyPair) -> Path:
    """Writes the packet, signed by its sender, into the receiver's folder, which its owner alone can read."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = asdict(packet)
    signature = base64.b64encode(keys.private_key.sign(canonical_json(told), ECDSA(SHA256()))).decode()
    path = folder / f"{packet.sender}-{packet.digest[:20]}.packet.json"
    replace_through(path, canonical_json({"packet": told, "signature": signature}))
    path.chmod(0o600)
    return path


def read_packet(path: Path, receiver: str, sender: str, key: EllipticCurvePublicKey) -> Packet:
    """The packet in a file that the sender signed for this receiver; PacketRefused for any other."""
    try:
        envelope = parse_json_object(path.read_bytes())
        packet = PACKET.validate_python(envelope["packet"])
        signature = base64.b64decode(str(envelope["signature"]), validate=True)
        key.verify(signature, canonical_json(asdict(packet)), ECDSA(SHA256()))
    except (OSError, KeyError, ValueError, ValidationError, InvalidSignature):
        raise PacketRefused(f"{path.name}: changed after {sender} signed it; {AGAIN}") from None
    if (packet.sender, packet.receiver, packet.format) != (sender, receiver, FORMAT):
        raise PacketRefused(f"{path.name}: not a packet from {sender} to {receiver}; {AGAIN}")
    return packet
