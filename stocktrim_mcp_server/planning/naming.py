"""By which word an account's products name a supplier: its code, its id in the source system or StockTrim's number.

StockTrim does not say which it takes, so what the products hold already is followed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from stocktrim_client.models import Product, ProductSupplier, Supplier, supplier_keys, supplier_meant

Style = Literal["code", "external_id", "supplier_id"]
STYLES: tuple[Style, ...] = ("code", "external_id", "supplier_id")
"""Where all are as frequent, or none is: the first."""


class Naming(NamedTuple):
    """How this account's products name suppliers.

    `keys`: the supplier that each word means; `seen`: the word by which one is named already.
    """

    keys: Mapping[str, str] = {}
    style: Style = "code"
    seen: Mapping[str, str] = {}

    def word(self, supplier: Supplier, *, is_new: bool = False) -> str | None:
        """What a product is to name it by. None: StockTrim gives it its number only when it is created."""
        if (word := self.seen.get(supplier.key or "")) is not None:
            return word
        # One that lacks what the others are named by goes by its number, which StockTrim gives to all.
        word = getattr(supplier, self.style) or supplier.supplier_id or (None if is_new else supplier.key)
        return None if word is None else str(word)

    def main(self, product: Product) -> str | None:
        """The key of a product's main supplier. None: it has none."""
        return supplier_meant(self.keys, product.supplier_words)

    def entered(
        self, entries: Sequence[ProductSupplier], supplier: Supplier, word: str, supplier_sku: str | None
    ) -> list[ProductSupplier]:
        """A product's suppliers with this one among them; of one that is there the part number, if one is given.

        A link that lost its supplier's code, or says a number it no longer has, gets its word anew.
        """
        number = {} if supplier_sku is None else {"supplier_sku": supplier_sku}
        # With what each says: nulls may be refused.
        said = [ProductSupplier(**one.model_dump(exclude_none=True)) for one in entries]
        for at, one in enumerate(said):
            if supplier_meant(self.keys, (one.supplier, one.name)) == supplier.key:
                is_lost = supplier.code and one.supplier not in _words(supplier)
                said[at] = one.model_copy(update={**number, **({"supplier": word} if is_lost else {})})
                return said
        name = {"name": supplier.name} if supplier.name else {}
        return [*said, ProductSupplier(supplier=word, **name, **number)]


def _words(supplier: Supplier) -> set[str]:
    """What of it a link may say; its name alone is what is left of a link once the supplier was deleted."""
    return {str(word) for style in STYLES if (word := getattr(supplier, style)) is not None}


def naming_of(products: Iterable[Product], suppliers: Sequence[Supplier]) -> Naming:
    """How these products name these suppliers, by what is most frequent."""
    keys = supplier_keys(suppliers)
    by_key = {key: one for one in suppliers if (key := one.key) is not None}
    words: dict[str, Counter[str]] = {}
    styles: Counter[Style] = Counter()
    for word in (one.supplier for product in products for one in product.suppliers):
        if (key := keys.get(word)) is not None and word in _words(by_key[key]):
            words.setdefault(key, Counter())[word] += 1
            styles.update(style for style in STYLES if str(getattr(by_key[key], style)) == word)
    style = max(STYLES, key=lambda one: styles[one])
    return Naming(keys, style, {key: said.most_common(1)[0][0] for key, said in words.items()})
