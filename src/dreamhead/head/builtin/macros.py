"""Macros: many sliders set at once, and the house default as a shift of the base head.

`age`, `masculine`, `fat` and `thin`, `child` and `baby` combine freely with one another and with the
`region_*` sets.  The region sets gather features that anthropometric surveys find more often among people
of a part of the world (nasal index, fold of the upper lid, lips, profile: Farkas et al. 2005, International
anthropometric study of facial morphology in various ethnic groups/races).  They are tendencies for variety,
not types: people of one region differ from each other more than regions do, so use parts of 1 and mix them.
"""

from __future__ import annotations

# Slider values of the default head against the base cage (tools/measure_house.py tells how far that takes it).
# The last three hold the eyeballs exactly where anatomy.py has them, whatever the others do.
HOUSE: dict[str, float] = dict(
    face_length=0.2, face_width=-0.8, head_width=-0.4, head_depth=0.3, crown_back=0.3, occiput=0.3,
    forehead_slope=-0.35, forehead_bulge=0.2, brow_outer=0.35, eye_open=0.25, cheekbone=0.9,
    cheek_height=0.3, cheek_front=0.15, midface_projection=0.25, nose_bridge=0.35, nose_root=0.2,
    nose_width=-0.35, nose_projection=-0.2, nose_length=-0.2, nose_tip_up=0.15, nose_tip_width=-0.15,
    mouth_width=0.1, mouth_corner=0.3, lip_upper=0.7, lip_lower=0.7, lip_sides=0.4, cupids_bow=0.4,
    jaw_width=-0.4, jaw_body=-0.3, jaw_angle=0.35, chin_projection=0.35, ear_size=-0.4,
    ear_protrusion=-0.3, neck_width=-0.5, neck_depth=-0.4, eye_spacing=0.386312, eye_height=-0.003691,
    eye_depth=0.03871,
)  # fmt: skip

MACROS: dict[str, dict[str, float]] = {
    # 1 = about 80 years
    "age": dict(
        jowl=1.6, cheek_sag=1.2, marionette=1.3, nasolabial=1.4, cheek_hollow=1.2, cheek_fullness=-0.7,
        cheek_front=-0.4, temple=-1.3, eye_bag=1.3, eye_hooded=0.8, eye_hollow=1.2, lower_lid_sag=0.8,
        eye_depth=0.5, eye_outer_corner=-0.5, brow_height=-0.4, brow_outer=-0.9, brow_overhang=1.1,
        lip_upper=-1.3, lip_lower=-1.2, lip_sides=-1.0, lip_upper_forward=-0.4, lip_lower_forward=-0.2,
        cupids_bow=-0.6, mouth_corner=-0.7, mouth_projection=-0.5, mouth_width=0.2, philtrum=-0.6,
        chin_crease=0.6, chin_projection=0.35, nose_length=0.8, nose_tip_up=-0.8, nose_width=0.3,
        nose_bulb=0.4, nostril_flare=0.2, columella=0.3, ear_length=0.9, ear_lobe=1.4, ear_size=0.4,
        ear_protrusion=0.3, neck_sag=1.4, neck_cords=1.2, neck_front=0.5, neck_width=-0.4, double_chin=0.4,
        shoulder_height=-0.6, shoulder_width=-0.4, eye_open=-0.6,
    ),
    # 1 = strongly male, -1 = strongly female
    "masculine": dict(
        jaw_width=0.5, jaw_angle=0.45, jaw_body=0.15, chin_width=0.6, chin_height=0.75, chin_crease=0.2,
        chin_point=-0.2, face_width=0.1, brow_ridge=0.9, glabella=0.4, brow_height=-0.3, brow_outer=-0.5,
        brow_overhang=0.5, forehead_slope=0.4, forehead_bulge=-0.2, neck_width=1.1, neck_front=0.5,
        neck_depth=0.5, neck_length=0.4, trapezius=0.75, shoulder_width=0.95, shoulder_height=-0.1,
        nose_width=0.35, nose_length=0.3, nose_projection=0.25, nose_root=0.0, nose_bridge=0.15, nose_tip_up=-0.35,
        bridge_width=0.2, lip_upper=-0.6, lip_lower=-0.6, lip_sides=-0.4, cupids_bow=-0.2,
        cheek_fullness=-0.5, cheek_front=-0.35, cheek_hollow=0.45, eye_size=-0.6, eye_open=-0.25,
        eye_tilt=-0.3, lid_crease=-0.2, face_length=0.4, midface_length=-0.1, ear_size=0.25, head_width=0.1,
    ),
    "fat": dict(
        cheek_fullness=1.2, cheek_front=0.3, cheek_sag=0.3, double_chin=1.4, jowl=0.9, neck_width=1.3,
        neck_depth=0.8, neck_sag=0.3, trapezius=0.5, shoulder_width=0.5, jaw_width=0.8, jaw_body=0.8,
        face_width=0.4, cheekbone=-0.3, chin_width=0.4, temple=0.4, lid_fullness=0.3, eye_size=-0.15,
        nose_width=0.25, nose_bulb=0.2, head_width=0.15, cheek_hollow=-0.8, neck_front=-0.3,
    ),
    # the gaunt side, more than fat at -1 gives
    "thin": dict(
        cheek_hollow=1.2, cheek_fullness=-0.8, cheek_front=-0.3, temple=-0.9, cheekbone=0.4,
        eye_hollow=0.7, eye_depth=0.2, jaw_body=-0.4, jaw_width=-0.2, double_chin=-0.4, jowl=-0.3,
        neck_width=-0.8, neck_cords=0.9, neck_front=0.5, neck_depth=-0.5, shoulder_width=-0.4,
        nose_bulb=-0.3, chin_width=-0.2,
    ),
    # 1 = about 5 years
    "child": dict(
        face_length=-1.2, midface_length=-0.5, eye_size=1.1, eye_open=0.4, eye_depth=-0.3,
        eye_height=-0.3, jaw_width=-0.5, jaw_body=0.1, jaw_angle=-0.7, chin_height=-0.9, chin_width=-0.4,
        chin_projection=-0.7, cheek_fullness=1.1, cheek_front=0.7, cheekbone=-0.9, cheek_hollow=-0.6,
        nose_bridge=-0.6, nose_root=-0.4, nose_projection=-0.5, nose_length=-0.2, nose_button=0.5,
        nose_width=-0.1, nose_bulb=0.6, nose_hump=-0.4, bridge_width=0.3, cranium_height=0.9,
        head_width=0.4, occiput=0.3, forehead_height=0.6, forehead_bulge=0.6, forehead_slope=-0.3,
        brow_ridge=-1.2, glabella=-0.4, brow_overhang=-0.4, brow_outer=0.3, neck_width=-1.2,
        neck_front=-0.4, neck_depth=-0.7, neck_length=-0.8, trapezius=-0.6, shoulder_width=-1.2,
        lip_upper=0.4, lip_lower=0.2, mouth_width=-0.7, nasolabial=-0.5, ear_size=0.2,
        ear_protrusion=0.4, midface_projection=0.2, mouth_corner=0.1, temple=0.3,
    ),
    # 1 = about a year; use it without `child`
    "baby": dict(
        face_length=-1.6, midface_length=-0.9, eye_size=1.5, eye_open=0.5, eye_depth=-0.5,
        eye_height=-0.7, eye_spacing=0.3, jaw_width=-0.2, jaw_body=0.7, jaw_angle=-0.9, chin_height=-1.2,
        chin_width=-0.5, chin_projection=-1.0, cheek_fullness=1.7, cheek_front=1.4, cheekbone=-1.2,
        cheek_sag=0.6, cheek_hollow=-0.9, nose_bridge=-0.7, nose_root=-0.4, nose_projection=-0.5,
        nose_length=-0.2, nose_button=1.2, nose_width=0.2, nose_bulb=0.6, nose_tip_width=0.6,
        nose_hump=-0.4, bridge_width=0.7, columella=-0.3, cranium_height=1.1, cranium_width=0.8,
        head_width=0.7, occiput=0.4, crown_back=0.3, forehead_height=0.7, forehead_bulge=0.7,
        forehead_eminence=0.5, forehead_width=0.4, forehead_slope=-0.3, brow_ridge=-1.6, glabella=-0.5,
        brow_overhang=-0.7, brow_height=0.4, brow_outer=0.5, neck_width=-0.6, neck_front=-0.4,
        neck_length=-2.4, neck_depth=-0.3, trapezius=-0.4, shoulder_width=-1.5, shoulder_height=0.9,
        double_chin=0.8, lip_upper=0.8, lip_upper_forward=0.4, lip_sides=-0.2, lip_lower=0.6,
        mouth_width=-1.4, mouth_projection=0.3, mouth_corner=0.2, nasolabial=-0.5, temple=0.5,
        ear_size=0.1, ear_height=-0.3, lid_fullness=0.4,
    ),
    "region_east_asia": dict(
        epicanthus=0.9, lid_fullness=0.5, lid_crease=-0.8, eye_tilt=0.4, eye_depth=-0.5,
        face_flatness=0.7, face_width=0.6, cheekbone=0.2, nose_root=-0.5, nose_bridge=-0.5,
        nose_width=0.25, nose_projection=-0.3, brow_ridge=-0.4, glabella=-0.3, head_depth=-0.5,
        cranium_width=0.4, midface_length=0.2,
    ),
    "region_southeast_asia": dict(
        epicanthus=0.5, lid_fullness=0.3, eye_depth=-0.3, nose_width=0.6, nose_bridge=-0.5,
        nose_projection=-0.3, lip_upper=0.5, lip_lower=0.5, mouth_projection=0.3, face_width=0.4,
        cheekbone=0.3, face_length=-0.3, brow_ridge=-0.2,
    ),
    "region_south_asia": dict(
        eye_size=0.2, eye_open=0.3, lid_crease=0.3, eye_bag=0.3, nose_length=0.3, nose_projection=0.3,
        nose_hump=0.3, nose_tip_up=-0.3, lip_lower=0.4, lip_upper=0.1, brow_height=-0.2,
        cheek_fullness=0.2,
    ),
    "region_west_africa": dict(
        nose_width=0.9, nostril_flare=0.5, nose_bridge=-0.5, nose_root=-0.4, bridge_width=0.5,
        nose_projection=-0.3, nose_tip_width=0.4, lip_upper=0.8, lip_lower=0.8, lip_upper_forward=0.5,
        lip_lower_forward=0.5, lip_sides=0.4, mouth_projection=0.6, mouth_width=0.3,
        chin_projection=-0.2, forehead_bulge=0.4, cranium_width=-0.3, head_depth=0.3, ear_size=-0.3,
        brow_ridge=-0.2,
    ),
    "region_east_africa": dict(
        nose_width=0.3, nose_length=0.3, face_width=-0.4, face_length=0.3, cheekbone=0.3, lip_upper=0.5,
        lip_lower=0.5, lip_upper_forward=0.3, mouth_projection=0.2, forehead_height=0.5,
        forehead_bulge=0.3, head_depth=0.5, cranium_width=-0.4, neck_length=0.3, eye_open=0.2,
    ),
    "region_north_europe": dict(
        nose_root=0.4, nose_bridge=0.4, nose_width=-0.3, brow_ridge=0.3, eye_depth=0.4, lip_upper=-0.5,
        lip_lower=-0.4, lip_sides=-0.4, mouth_projection=-0.3, face_length=0.2, chin_projection=0.2,
        cheekbone=-0.3,
    ),
    "region_mediterranean": dict(
        nose_hump=0.6, nose_projection=0.5, nose_length=0.5, nose_tip_up=-0.4, nose_bridge=0.3,
        nose_root=0.3, brow_inner=-0.2, lip_lower=0.2, lip_upper=-0.2, eye_bag=0.3, chin_width=0.2,
    ),
    "region_pacific": dict(
        nose_width=0.7, bridge_width=0.4, nose_bulb=0.4, face_width=0.5, jaw_width=0.6, jaw_body=0.4,
        brow_ridge=0.5, lip_upper=0.4, lip_lower=0.4, mouth_width=0.3, neck_width=0.6, cheekbone=0.3,
        forehead_slope=0.2,
    ),
    "region_andes": dict(
        cheekbone=0.6, face_width=0.5, nose_hump=0.5, nose_length=0.3, nose_width=0.3, epicanthus=0.4,
        lid_fullness=0.3, eye_tilt=0.2, forehead_slope=0.4, forehead_height=-0.3, jaw_width=0.3,
        mouth_width=0.3,
    ),
}  # fmt: skip
