"""API keys: created, listed and deactivated (docs.market.thallo.io, API Key Management)."""

from collections.abc import Sequence
from hmac import compare_digest

from emulator.core.clock import Clock
from emulator.core.ids import DIGITS, LOWER, Ids
from emulator.providers.thallo import errors
from emulator.providers.thallo.backend.drafts import KeyDraft
from emulator.providers.thallo.memory.catalogue import Catalogue, GivenKey
from emulator.providers.thallo.memory.fixture import Memory
from emulator.providers.thallo.memory.records import ApiKey, key_hash

ACTIVE_KEYS_MAX = 2
UPPER_HEX = DIGITS + "ABCDEF"


class Keys:
    """The API keys of all tenants in one space, those of the catalogue included."""

    def __init__(self, catalogue: Catalogue, memory: Memory, clock: Clock, ids: Ids) -> None:
        self.memory = memory
        self.clock = clock
        self.ids = ids
        self._by_tenant = {tenant.id: {tenant.key.id: _hashed(tenant.id, tenant.key)} for tenant in catalogue.tenants}
        for key in memory.api_keys.values():
            self._by_tenant[key.tenant_id][key.id] = key
        self._active = {
            key.id: key for keys in self._by_tenant.values() for key in keys.values() if self.is_active(key.id)
        }

    def authenticate(self, api_key: str | None) -> ApiKey:
        """Return the active key with this text. Raises KeyMissing, Unauthorized."""
        if not api_key:
            raise errors.KeyMissing
        wanted = key_hash(api_key)
        for key in self._active.values():
            if compare_digest(key.hash, wanted):
                return key
        raise errors.Unauthorized

    def of(self, tenant_id: str) -> Sequence[ApiKey]:
        """Return a tenant's keys, oldest first."""
        return list(self._by_tenant[tenant_id].values())

    def is_active(self, key_id: str) -> bool:
        return key_id not in self.memory.deactivated_keys

    def create(self, current: ApiKey, draft: KeyDraft) -> str:
        """Create a key and return its text, which is never shown again. Raises TooManyKeys."""
        others = [key for key in self._active.values() if key.tenant_id == current.tenant_id and key is not current]
        if len(others) + (not draft.deactivate_current) >= ACTIVE_KEYS_MAX:
            raise errors.TooManyKeys

        api_key = self.ids.text("thallo.api-key", UPPER_HEX, 64)
        key_id = "00n" + self.ids.text("thallo.key", LOWER, 15)
        key = ApiKey(key_id, current.tenant_id, draft.name, self.clock.now, key_hash(api_key))
        self.memory.api_keys[key.id] = self._by_tenant[key.tenant_id][key.id] = self._active[key.id] = key
        if draft.deactivate_current:
            self.deactivate(current.tenant_id, current.id)
        return api_key

    def deactivate(self, tenant_id: str, key_id: str) -> None:
        """Deactivate a key for good, even the tenant's last one. Raises KeyNotFound, KeyOfAnother."""
        if key_id not in self._by_tenant[tenant_id]:
            of_another = any(key_id in keys for keys in self._by_tenant.values())
            raise errors.KeyOfAnother if of_another else errors.KeyNotFound

        self.memory.deactivated_keys.setdefault(key_id, self.clock.now)
        self._active.pop(key_id, None)


def _hashed(tenant_id: str, given: GivenKey) -> ApiKey:
    return ApiKey(given.id, tenant_id, given.name, given.created_at, key_hash(given.api_key))
