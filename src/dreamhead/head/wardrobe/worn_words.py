"""What headwear, glasses and ornaments are called, who wears them, and their usual colour."""

from __future__ import annotations

from collections.abc import Mapping

from dreamhead.head.wardrobe.words import Words

HEADWEAR: Mapping[str, Words] = {
    "none": Words("a person with nothing on the head", ("bare head", "bareheaded", "hatless", "uncovered head")),
    "sailors_cap": Words(
        "a sailor wearing a white peaked captain's cap",
        ("sailor's cap", "sailors cap", "sailor cap", "sailor hat", "sailor's hat", "captain's hat", "captain's cap",
         "captain hat", "captain cap", "peaked cap", "skipper's cap", "admiral's hat", "navy cap", "naval cap",
         "officer's cap", "police cap", "chauffeur's cap", "pilot's cap"),
        colour=(0.80, 0.79, 0.76),
    ),
    "beanie": Words(
        "a person wearing a knitted beanie",
        ("beanie", "woolly hat", "wool hat", "woollen hat", "knit cap", "knitted cap", "knitted hat", "wool cap",
         "toque", "watch cap", "bobble hat", "ski hat", "tuque", "nightcap", "beret", "skullcap", "skull cap",
         "balaclava", "yarmulke", "kippah", "kufi"),
        colour=(0.05, 0.07, 0.12),
    ),
    "hood": Words(
        "a person in a dark woollen hood and cowl",
        ("hood", "hooded", "cowl", "hoodie", "cloaked", "chaperon"),
        ("assassin", "druid", "grim reaper", "reaper", "cultist", "red riding hood", "riding hood"),
        (0.045, 0.034, 0.026),
    ),
    "crown": Words(
        "a king or queen wearing a golden crown with jewels",
        ("crown", "crowned", "diadem", "tiara", "coronet", "circlet", "laurel wreath", "golden wreath"),
        ("king", "queen", "monarch", "emperor", "empress", "tsar", "tsarina"),
        (0.83, 0.53, 0.14),
    ),
    "helmet": Words(
        "a warrior wearing an open iron helmet with a nose guard",
        ("helmet", "helm", "iron cap", "steel cap", "war helmet", "helmeted", "spangenhelm", "nasal helm"),
        ("viking", "knight", "norseman", "crusader"),
        (0.56, 0.55, 0.54),
    ),
    "headband": Words(
        "a person wearing a cloth headband tied around the forehead",
        ("headband", "sweatband", "bandana", "bandanna", "head band", "hachimaki", "hairband", "durag",
         "do-rag", "cloth around the forehead"),
        ("ninja",),
        (0.35, 0.025, 0.02),
    ),
    "wizard_hat": Words(
        "a wizard wearing a tall pointed hat with a wide brim",
        ("wizard hat", "wizard's hat", "witch hat", "witch's hat", "pointed hat", "pointy hat", "sorcerer's hat",
         "magician's pointed hat", "magic hat", "wizarding hat", "pointed wizard hat"),
        ("wizard", "witch", "sorcerer", "sorceress", "warlock", "mage", "enchanter", "enchantress"),
        (0.030, 0.026, 0.085),
    ),
    "turban": Words(
        "a person wearing a wrapped turban",
        ("turban", "turbaned", "pagri", "dastar", "puggaree", "keffiyeh"),
        ("sikh", "maharaja", "maharajah", "sultan", "genie", "vizier", "rajah"),
        (0.62, 0.24, 0.04),
    ),
    "cowboy_hat": Words(
        "a cowboy wearing a wide-brimmed leather hat",
        ("cowboy hat", "stetson", "wide-brimmed hat", "wide brimmed hat", "broad-brimmed hat", "western hat",
         "sombrero", "ten gallon hat", "slouch hat", "fedora", "sheriff's hat", "explorer's hat", "cowboy's hat",
         "trilby", "panama", "panama hat", "straw hat", "tricorn", "tricorne", "bush hat", "sun hat", "felt hat",
         "leather hat"),
        ("cowboy", "cowgirl", "sheriff", "gunslinger"),
        (0.17, 0.085, 0.036),
    ),
    "top_hat": Words(
        "a gentleman wearing a black silk top hat",
        ("top hat", "tophat", "silk hat", "stovepipe hat", "high hat", "opera hat", "magician's hat", "topper",
         "bowler hat", "bowler", "derby hat", "homburg"),
        ("ringmaster",),
        (0.012, 0.012, 0.014),
    ),
    "baseball_cap": Words(
        "a person wearing a baseball cap",
        ("baseball cap", "ball cap", "trucker cap", "trucker hat", "snapback", "baseball hat", "sports cap",
         "visor cap", "golf cap", "flat cap", "peaked baseball cap"),
        ("baseball player",),
        (0.022, 0.05, 0.16),
    ),
    "headscarf": Words(
        "a woman wearing a headscarf, a hijab that covers hair and neck",
        ("headscarf", "hijab", "head scarf", "veil", "veiled", "chador", "babushka scarf", "kerchief", "wimple",
         "shawl over the head", "scarf over the head", "scarf around the head", "scarf on the head", "bonnet",
         "niqab", "dupatta"),
        ("nun", "abbess"),
        (0.115, 0.135, 0.19),
    ),
}  # fmt: skip

GLASSES: Mapping[str, Words] = {
    "none": Words("a person without glasses", ("no eyewear",)),
    "round": Words(
        "a person wearing round wire-rimmed glasses",
        ("round glasses", "round spectacles", "wire-rimmed glasses", "wire rimmed glasses", "wire-rim glasses",
         "granny glasses", "pince-nez", "monocle", "round-rimmed glasses",
         "round eyeglasses", "metal-rimmed glasses", "wire spectacles", "gold-rimmed glasses", "lorgnette"),
        colour=(0.62, 0.55, 0.42),
    ),
    "square": Words(
        "a person wearing square horn-rimmed glasses",
        ("square glasses", "horn-rimmed glasses", "horn rimmed glasses", "rectangular glasses", "thick glasses",
         "thick-rimmed glasses", "reading glasses", "black-rimmed glasses", "horn-rimmed spectacles",
         "hipster glasses", "nerd glasses", "big glasses", "thick-framed glasses", "square spectacles"),
        colour=(0.012, 0.010, 0.009),
    ),
    "aviators": Words(
        "a person wearing dark aviator sunglasses",
        ("sunglasses", "aviator sunglasses", "aviator glasses", "dark shades", "black shades",
         "dark glasses", "pilot's glasses", "mirrored sunglasses", "goggles", "sun glasses",
         "tinted glasses", "black glasses", "dark spectacles"),
        colour=(0.80, 0.56, 0.22),
    ),
    "cat_eye": Words(
        "a woman wearing cat-eye glasses with upswept corners",
        ("cat-eye glasses", "cat eye glasses", "cat's-eye glasses", "cateye glasses", "winged glasses",
         "upswept glasses", "fifties glasses", "cat-eye spectacles", "butterfly glasses"),
        colour=(0.12, 0.012, 0.018),
    ),
    "half_rim": Words(
        "a person wearing half-rimmed browline glasses",
        ("half-rim glasses", "half rim glasses", "half-rimmed glasses", "browline glasses", "semi-rimless glasses",
         "rimless glasses", "half-moon glasses", "half-moon spectacles", "office glasses", "rimless spectacles"),
        colour=(0.030, 0.016, 0.010),
    ),
}  # fmt: skip

PATCH: Mapping[str, Words] = {
    "none": Words("a person with both eyes uncovered"),
    "eye_patch": Words(
        "a pirate with a black patch over one eye",
        ("eye patch", "eyepatch", "patch over one eye", "patch over the eye", "patch over his eye",
         "patch over her eye", "patched eye"),
        ("pirate", "buccaneer", "corsair"),
        (0.012, 0.010, 0.009),
    ),
}  # fmt: skip

EARRINGS: Mapping[str, Words] = {
    "none": Words("a person without earrings"),
    "studs": Words(
        "a person with small stud earrings",
        ("stud earring", "ear stud", "earring", "diamond earring", "pearl earring",
         "ear piercing", "pierced ears", "small earring"),
        colour=(0.83, 0.58, 0.22),
    ),
    "hoops": Words(
        "a person with large golden hoop earrings",
        ("hoop earring", "hoop", "gold hoop", "big earring", "large earring", "creole earring", "gold earring",
         "golden earring", "hooped earring", "ring in the ear", "gold ring in one ear", "ring through the ear"),
        colour=(0.83, 0.53, 0.14),
    ),
}  # fmt: skip

ACCESSORY_WORDS: Mapping[str, Mapping[str, Words]] = {
    "headwear": HEADWEAR,
    "glasses": GLASSES,
    "patch": PATCH,
    "earrings": EARRINGS,
}
