"""What hair, beards, brows and lashes are called: of a slot's items, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from dreamhead.head.wardrobe.words import Words

HAIR: Mapping[str, Words] = {
    "bald": Words("a bald person with no hair",
        ("bald", "shaved head", "shaven head", "bald-headed", "hairless", "smooth scalp")),
    "buzz": Words("a person with a buzz cut, very short shaved hair",
        ("buzz cut", "buzzcut", "shorn hair", "closely cropped hair", "hair cropped to the skin")),
    "short": Words("a person with short hair",
        ("short hair", "short haircut", "cropped hair", "hair cut short", "short tousled hair")),
    "crew": Words("a person with a crew cut",
        ("crew cut", "flat top", "flattop", "military haircut", "army haircut", "brush cut")),
    "side_part": Words("a person with neat short hair parted at the side",
        ("side parting", "side part", "side-parted hair", "neatly parted hair", "comb-over")),
    "slicked_back": Words("a person with hair slicked back",
        ("slicked-back hair", "slicked back hair", "hair slicked back", "combed-back hair", "swept-back hair",
         "hair combed back", "greased hair")),
    "pompadour": Words("a person with a pompadour",
        ("pompadour", "quiff", "rockabilly hair", "hair swept up in front")),
    "undercut": Words("a person with an undercut, long on top and shaved at the sides",
        ("undercut", "shaved sides", "sides shaved", "fade haircut")),
    "bowl": Words("a person with a bowl cut",
        ("bowl cut", "pudding-basin haircut", "mushroom cut", "page-boy haircut", "pageboy cut")),
    "long": Words("a person with long straight hair",
        ("long hair", "long straight hair", "long flowing hair", "flowing hair", "shoulder-length hair")),
    "parted": Words("a person with long hair parted in the middle",
        ("centre parting", "center part", "middle parting", "middle part", "hair parted in the middle")),
    "bob": Words("a person with a bob haircut",
        ("bob haircut", "bob cut", "bobbed hair", "chin-length hair", "short bob", "flapper bob")),
    "fringe": Words("a person with long hair and a fringe",
        ("fringe", "bangs", "long hair with bangs", "long hair with a fringe", "blunt bangs")),
    "wavy": Words("a person with long wavy hair",
        ("wavy hair", "long wavy hair", "beach waves", "waves of hair", "tousled waves")),
    "curly": Words("a person with curly hair", ("curly hair", "curls", "head of curls", "ringlets", "perm")),
    "long_curly": Words("a person with long curly hair",
        ("long curly hair", "long curls", "mane of curls", "long ringlets")),
    "afro": Words("a person with a big round curly afro",
        ("afro", "frizzy hair", "big curly hair", "natural afro hair")),
    "twists": Words("a person with short twisted coils of hair",
        ("twist-out", "hair twists", "twisted coils", "coily hair", "short twists")),
    "dreadlocks": Words("a person with dreadlocks", ("dreadlocks", "dreads", "locs", "rasta hair")),
    "box_braids": Words("a person with long box braids",
        ("box braids", "many thin braids", "thin plaits", "many small braids")),
    "cornrows": Words("a person with cornrows", ("cornrows", "corn rows", "canerows", "hair braided in rows")),
    "bun": Words("a person with hair tied back in a bun",
        ("bun", "hair bun", "chignon", "hair in a bun", "hair pinned up", "updo")),
    "top_knot": Words("a person with a top knot", ("top knot", "topknot", "man bun", "samurai knot")),
    "ponytail": Words("a person with a ponytail", ("ponytail", "pony tail", "hair tied back", "hair in a tail")),
    "pigtails": Words("a person with pigtails", ("pigtails", "hair in bunches", "twin tails", "two ponytails")),
    "braid": Words("a person with a single long braid",
        ("braid", "plait", "single braid", "long braid", "braided ponytail")),
    "braids": Words("a person with two braids",
        ("braids", "two braids", "twin braids", "plaits", "braided pigtails", "braided hair")),
    "mohawk": Words("a person with a mohawk", ("mohawk", "mohican", "punk hair", "crest of hair")),
    "spiky": Words("a person with spiky hair",
        ("spiky hair", "spiked hair", "hair gelled into spikes", "hair standing on end")),
    "pixie": Words("a person with a pixie cut", ("pixie cut", "pixie haircut", "elfin cut", "gamine haircut")),
    "shaggy": Words("a person with shaggy hair",
        ("shaggy hair", "messy hair", "unkempt hair", "mop of hair", "layered hair")),
    "mullet": Words("a person with a mullet", ("mullet", "hair short in front and long at the back")),
    "receding": Words("a person with a receding hairline",
        ("receding hairline", "receding hair", "thinning hair", "widow's peak")),
    "balding": Words("a person bald on top with hair at the sides",
        ("balding", "bald on top", "horseshoe of hair", "bald crown", "hair only at the sides")),
    "tonsure": Words("a monk with a tonsure, a shaved crown with a ring of hair",
        ("tonsure", "tonsured", "shaved crown", "monk's haircut", "ring of hair")),
}  # fmt: skip

BEARDS: Mapping[str, Words] = {
    "none": Words("a clean-shaven person without a beard",
        ("clean-shaven", "clean shaven", "smooth-shaven", "beardless", "smooth chin")),
    "stubble": Words("a person with stubble, an unshaven face",
        ("stubble", "unshaven", "five o'clock shadow", "stubbly", "bristly cheeks")),
    "moustache": Words("a person with a moustache", ("moustache", "mustache", "moustached", "mustachioed")),
    "handlebar": Words("a person with a handlebar moustache",
        ("handlebar moustache", "handlebar mustache", "curled moustache", "twirled moustache", "curled mustache",
         "waxed moustache")),
    "walrus": Words("a person with a big drooping walrus moustache",
        ("walrus moustache", "walrus mustache", "drooping moustache", "bushy moustache", "bushy mustache")),
    "goatee": Words("a person with a goatee", ("goatee", "chin beard", "pointed beard", "small beard")),
    "van_dyke": Words("a person with a goatee and a moustache",
        ("van dyke", "circle beard", "goatee and moustache", "goatee and mustache", "musketeer beard")),
    "soul_patch": Words("a person with a soul patch", ("soul patch", "jazz dab", "tuft under the lip")),
    "boxed": Words("a person with a short trimmed beard",
        ("short beard", "trimmed beard", "neat beard", "boxed beard", "cropped beard")),
    "beard": Words("a person with a full beard", ("full beard", "thick beard", "bushy beard", "big beard")),
    "long_beard": Words("a person with a very long beard",
        ("long beard", "very long beard", "flowing beard", "wizard's beard", "beard to the chest")),
    "chin_curtain": Words("a person with a chin curtain beard and no moustache",
        ("chin curtain", "amish beard", "whaler's beard", "beard along the jaw")),
    "sideburns": Words("a person with mutton chops",
        ("mutton chops", "muttonchops", "sideburns", "side whiskers", "sideboards")),
}  # fmt: skip

BROWS: Mapping[str, Words] = {
    "natural": Words("a person with natural eyebrows", ("natural eyebrows", "ordinary eyebrows", "natural brows")),
    "thin": Words("a person with thin eyebrows", ("thin eyebrows", "thin brows", "plucked eyebrows")),
    "bushy": Words("a person with thick bushy eyebrows",
        ("bushy eyebrows", "bushy brows", "thick eyebrows", "heavy eyebrows", "wild eyebrows")),
    "arched": Words("a person with high arched eyebrows", ("arched eyebrows", "arched brows", "curved eyebrows")),
    "straight": Words("a person with straight eyebrows", ("straight eyebrows", "flat eyebrows", "level brows")),
    "angry": Words("a person with low angled angry eyebrows",
        ("angry eyebrows", "angry brows", "slanted eyebrows", "angled eyebrows")),
    "unibrow": Words("a person with a unibrow", ("unibrow", "monobrow", "eyebrows that meet", "joined eyebrows")),
    "sparse": Words("a person with sparse eyebrows", ("sparse eyebrows", "faint eyebrows", "patchy eyebrows")),
    "none": Words("a person without eyebrows", ("shaved eyebrows", "browless", "eyebrowless")),
}  # fmt: skip

LASHES: Mapping[str, Words] = {"natural": Words("a person with natural eyelashes", ("eyelashes",))}

HAIR_WORDS: Mapping[str, Mapping[str, Words]] = {
    "hair": HAIR,
    "beard": BEARDS,
    "brows": BROWS,
    "lashes": LASHES,
}

# How strongly the skin's painter paints brows under an item; it knows them in one place only.
PAINTED_BROWS: Mapping[str, float] = {
    "natural": 0.75, "thin": 0.3, "bushy": 1.3, "unibrow": 1.0,
    "arched": 0.0, "straight": 0.0, "angry": 0.0, "sparse": 0.15, "none": 0.0,
}  # fmt: skip
