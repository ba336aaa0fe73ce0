from __future__ import annotations

import numpy as np
import pytest

from dreamhead.head.model import HeadModel
from dreamhead.world.attributes import Attributes, sample
from dreamhead.world.ground import SkinSurface, skin_surface
from dreamhead.world.skin import SkinMaps, generate

LUMINANCE = np.float32([0.2126, 0.7152, 0.0722])
PLAIN = Attributes(hair="bald", moles=0.0, years=35.0)


def region(surface: SkinSurface, image: np.ndarray, name: str) -> np.ndarray:
    """Values of an image on the texels where a mask is strong."""
    chosen = surface.masks[name] > 0.5
    return image[surface.bake.rows[chosen], surface.bake.columns[chosen]]


def test_maps_are_in_range_and_normals_unit(surface: SkinSurface) -> None:
    rng = np.random.default_rng(0)
    for number in range(6):
        maps = generate(surface, sample(rng), number)
        for image in (maps.albedo, maps.specular, maps.roughness):
            assert np.isfinite(image).all() and image.min() >= 0 and image.max() <= 1
            assert image.dtype == np.float32
        assert np.allclose(np.linalg.norm(maps.normal, axis=-1), 1, atol=1e-4)
        assert maps.normal[..., 2].min() > 0
        assert np.abs(maps.displacement).max() < 6


def test_the_same_seed_gives_the_same_skin(surface: SkinSurface) -> None:
    attributes = sample(np.random.default_rng(1), "pirate")
    first, second, other = (generate(surface, attributes, seed) for seed in (3, 3, 4))
    assert first.albedo.tobytes() == second.albedo.tobytes()
    assert first.normal.tobytes() == second.normal.tobytes()
    assert first.albedo.tobytes() != other.albedo.tobytes()


def test_more_melanin_is_darker(surface: SkinSurface) -> None:
    levels = [
        float((generate(surface, PLAIN.changed(melanin=melanin), 1).albedo @ LUMINANCE).mean())
        for melanin in np.linspace(0.0, 1.05, 6)
    ]
    assert all(np.diff(levels) < 0) and levels[0] > 5 * levels[-1]


def test_wrinkles_grow_with_age(surface_512: SkinSurface) -> None:
    energy = []
    for years in (20.0, 50.0, 70.0, 92.0):
        normal = generate(surface_512, PLAIN.changed(years=years), 2).normal
        energy.append(float((1 - region(surface_512, normal, "face")[:, 2]).mean()))
    assert all(np.diff(energy) > 0) and energy[-1] > 2 * energy[0]


@pytest.mark.parametrize(("colour", "channel"), [("green", 1), ("blue", 2), ("red", 0)])
def test_creatures_have_their_hue(surface: SkinSurface, colour: str, channel: int) -> None:
    albedo = generate(surface, PLAIN.changed(creature=colour), 5).albedo.reshape(-1, 3).mean(0)
    assert albedo.argmax() == channel and albedo[channel] > 1.5 * np.delete(albedo, channel).max()


def test_a_beard_darkens_the_lower_face_alone(surface: SkinSurface) -> None:
    man = PLAIN.changed(sex="male", hair_colour="black")
    smooth, bearded = (
        generate(surface, man.changed(beard=beard), 6).albedo @ LUMINANCE for beard in ("none", "beard")
    )
    assert region(surface, bearded, "beard").mean() < 0.35 * region(surface, smooth, "beard").mean()
    assert np.allclose(region(surface, bearded, "forehead"), region(surface, smooth, "forehead"), atol=1e-6)


def test_lipstick_is_red_on_the_lips(surface: SkinSurface) -> None:
    plain, painted = (generate(surface, PLAIN.changed(lipstick=colour), 7).albedo for colour in ("", "red"))
    lips, before = region(surface, painted, "lip").mean(0), region(surface, plain, "lip").mean(0)
    assert lips[0] / lips[1] > 2 * before[0] / before[1]


def test_freckles_darken_spots_on_the_cheeks(surface_512: SkinSurface) -> None:
    plain, freckled = (
        generate(surface_512, PLAIN.changed(melanin=0.1, freckles=f), 8).albedo @ LUMINANCE
        for f in (0.0, 1.0)
    )
    ratio = region(surface_512, freckled, "cheek") / region(surface_512, plain, "cheek")
    assert 0.05 < np.mean(ratio < 0.8) < 0.6


def test_resolutions_agree_where_things_are(head: HeadModel, surface_512: SkinSurface) -> None:
    """Freckles, brows and stubble sit at the same places at 512 and 1024."""
    attributes = PLAIN.changed(
        melanin=0.1, freckles=1.0, sex="male", beard="stubble", hair_colour="black", brows=1.0
    )
    small = generate(surface_512, attributes, 9).albedo @ LUMINANCE
    surface_1024 = skin_surface(head, 1024)
    large = generate(surface_1024, attributes, 9).albedo @ LUMINANCE
    halved = large.reshape(512, 2, 512, 2).mean((1, 3))
    for name in ("cheek", "brow"):
        chosen = surface_512.masks[name] > 0.3
        rows, columns = surface_512.bake.rows[chosen], surface_512.bake.columns[chosen]
        correlation = np.corrcoef(small[rows, columns], halved[rows, columns])[0, 1]
        assert correlation > 0.8, (name, correlation)


def test_no_seam_at_the_middle_of_the_face(surface_512: SkinSurface) -> None:
    """The chart is mirrored about u = 0.5: neighbours across it differ no more than elsewhere."""
    image = generate(surface_512, PLAIN.changed(years=60.0), 10)
    chosen = np.zeros((512, 512), bool)
    chosen[surface_512.bake.rows, surface_512.bake.columns] = True
    rows = np.nonzero(chosen[:, 255] & chosen[:, 256])[0]
    across = np.abs(image.albedo[rows, 256] - image.albedo[rows, 255]).mean()
    beside = np.abs(image.albedo[rows, 254] - image.albedo[rows, 253]).mean()
    assert across < 1.6 * beside
    across = np.abs(image.normal[rows, 256] - image.normal[rows, 255]).mean()
    beside = np.abs(image.normal[rows, 254] - image.normal[rows, 253]).mean()
    assert across < 1.8 * beside


def test_a_raised_bump_leans_its_normals_outwards(surface_512: SkinSurface) -> None:
    """OpenGL: right of a bump x is positive, above it y is positive."""
    from dreamhead.world.skin import tangent_normals

    bake = surface_512.bake
    centre = np.array([256, 250])
    distance = np.hypot(bake.columns - centre[0], bake.rows - centre[1])
    height = (3.0 * np.exp(-((distance / 6) ** 2))).astype(np.float32)
    normal = bake.filled(tangent_normals(surface_512, height))
    assert normal[250, 256 + 4, 0] > 0.1 and normal[250, 256 - 4, 0] < -0.1
    assert normal[250 - 4, 256, 1] > 0.1 and normal[250 + 4, 256, 1] < -0.1


def test_masks_come_on_request(surface: SkinSurface) -> None:
    assert not generate(surface, PLAIN, 0).masks
    masks = generate(surface, PLAIN, 0, masks=True).masks
    assert masks["lip"].shape == (256, 256)


def test_the_inner_side_of_the_lids_is_moist_and_pink_on_every_skin(surface_512: SkinSurface) -> None:
    dark = generate(surface_512, PLAIN.changed(melanin=1.0), 11)
    wet, face = (region(surface_512, dark.albedo, name).mean(0) for name in ("wet", "cheek"))
    assert wet @ LUMINANCE > 2 * (face @ LUMINANCE) and wet[0] > wet[2] > 0.15
    assert region(surface_512, dark.roughness, "wet").mean() < 0.3


def test_both_sides_of_an_old_face_are_alike(surface_512: SkinSurface) -> None:
    """Folds shake a little from side to side, never by halves."""
    relief = generate(surface_512, PLAIN.changed(years=75.0), 12).displacement
    chosen = surface_512.masks["face"] > 0.5
    rows, columns = surface_512.bake.rows[chosen], surface_512.bake.columns[chosen]
    correlation = np.corrcoef(relief[rows, columns], relief[rows, 511 - columns])[0, 1]
    assert correlation > 0.6, correlation


def test_pallor_is_cold_and_hide_is_rough(surface: SkinSurface) -> None:
    face = surface.masks["face"] > 0.5
    bake = surface.bake

    def skin(**values: float | str) -> SkinMaps:
        return generate(surface, Attributes(hair="bald", brows=0.0, **values), 3)  # type: ignore[arg-type]

    pale, cold = (skin(melanin=0.0, blood=0.3, pallor=pallor) for pallor in (0.0, 0.8))
    warmth = [
        float((m.albedo[..., 0] / m.albedo[..., 2])[bake.rows, bake.columns][face].mean())
        for m in (pale, cold)
    ]
    assert warmth[0] > 1.3 and 0.85 < warmth[1] < 1.16
    plain, rough = (skin(creature="green", hide=hide) for hide in (0.0, 0.8))
    spread = [float(np.log(m.albedo[..., 1][bake.rows, bake.columns][face]).std()) for m in (plain, rough)]
    relief = [float(m.displacement[bake.rows, bake.columns][face].std()) for m in (plain, rough)]
    assert spread[1] > 1.4 * spread[0] and relief[1] > 1.3 * relief[0]
