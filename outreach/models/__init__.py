"""The rows of outreach, one module a subject."""

from outreach.models.message import Attempt, Message, Sweep

__all__ = ["Attempt", "Message", "Sweep"]
