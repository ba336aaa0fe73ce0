import torch

from dreamhead.render.camera import cameras
from dreamhead.render.clay import clay_pictures
from dreamhead.render.light import Lights, hemisphere_ambient
from dreamhead.render.rasterize import rasterizer
from dreamhead.render.scene import Maps, head_buffers, render_head
from tests.render.shapes import sphere


def test_every_lamp_gives_the_picture_that_the_head_has_under_it_alone() -> None:
    vertices, part = sphere()
    view = cameras([0.0, 45.0], target=(0, 0, 0), height=0.3)
    buffers = head_buffers([part], ("skin",))
    directions = torch.nn.functional.normalize(torch.tensor([[[1.0, 0.5, 0.5]], [[-0.3, 0.2, 1.0]]]), dim=-1)
    ambient = hemisphere_ambient(torch.full((3,), 0.3), torch.full((3,), 0.1)).expand(2, 9, 3)
    lamps = Lights(directions, torch.tensor([0.7, 0.4])[:, None, None].expand(2, 1, 3), ambient)
    got = clay_pictures(rasterizer(), buffers, vertices, view, 32, lamps, grey=0.5, background=0.2)
    assert got.shape == (2, 2, 32, 32) and not torch.equal(got[0], got[1])
    for index in range(2):
        alone = Lights(*(getattr(lamps, name)[index, None] for name in ("direction", "colour", "ambient")))
        maps = {"skin": Maps(torch.full((3,), 0.5))}
        want = render_head(
            rasterizer(), buffers, vertices, view, 32, maps, alone, background=torch.full((3,), 0.2)
        )
        assert torch.allclose(got[index], want.image[:, 0], atol=1e-6)
