"""Small, randomly weighted networks of the families that people use for super-resolution.

Written from the descriptions in the papers. They compute nothing useful; what counts is that their graphs have the
shapes of the real ones.
"""

import torch
import torch.nn.functional as F
from torch import nn


def conv(inputs, outputs, kernel=3, **options):
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, **options)


class Compact(nn.Module):
    """SRVGGNetCompact of Real-ESRGAN (2021): a plain chain with PReLU, added to the nearest-neighbour enlargement."""

    def __init__(self, features=17, depth=2, scale=4):
        super().__init__()
        self.scale = scale
        layers = [conv(3, features), nn.PReLU(features)]
        for _ in range(depth):
            layers += [conv(features, features), nn.PReLU(features)]
        self.body = nn.Sequential(*layers, conv(features, 3 * scale**2), nn.PixelShuffle(scale))

    def forward(self, x):
        return self.body(x) + F.interpolate(x, scale_factor=self.scale, mode="nearest")


class Espcn(nn.Module):
    """Shi et al. 2016: tanh and a pixel shuffle; the first network of its kind."""

    def __init__(self, scale=3):
        super().__init__()
        self.body = nn.Sequential(
            conv(3, 16, 5), nn.Tanh(), conv(16, 12), nn.Tanh(), conv(12, 3 * scale**2), nn.PixelShuffle(scale))

    def forward(self, x):
        return torch.clamp(self.body(x), 0.0, 1.0)


class Fsrcnn(nn.Module):
    """Dong et al. 2016: shrink, map, expand, and a transposed convolution of 9x9."""

    def __init__(self, d=16, s=5, m=2, scale=3):
        super().__init__()
        layers = [conv(1, d, 5), nn.PReLU(d), conv(d, s, 1), nn.PReLU(s)]
        for _ in range(m):
            layers += [conv(s, s), nn.PReLU(s)]
        layers += [conv(s, d, 1), nn.PReLU(d)]
        self.body = nn.Sequential(*layers)
        self.deconv = nn.ConvTranspose2d(d, 1, 9, stride=scale, padding=4, output_padding=scale - 1)

    def forward(self, x):
        return self.deconv(self.body(x))


class MeanShift(nn.Module):
    """A frozen 1x1 convolution that takes the mean colour away, or adds it."""

    def __init__(self, sign):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.conv.weight.data = torch.eye(3).view(3, 3, 1, 1)
        self.conv.bias.data = sign * torch.tensor([0.4488, 0.4371, 0.4040])
        self.requires_grad_(False)

    def forward(self, x):
        return self.conv(x)


class Edsr(nn.Module):
    """Lim et al. 2017: residual blocks without normalisation, scaled by 0.1."""

    class Block(nn.Module):
        def __init__(self, features):
            super().__init__()
            self.body = nn.Sequential(conv(features, features), nn.ReLU(), conv(features, features))

        def forward(self, x):
            return x + self.body(x).mul(0.1)

    def __init__(self, features=10, depth=2):
        super().__init__()
        self.sub, self.add = MeanShift(-1), MeanShift(1)
        self.head = conv(3, features)
        self.body = nn.Sequential(*[Edsr.Block(features) for _ in range(depth)], conv(features, features))
        self.tail = nn.Sequential(conv(features, 4 * features), nn.PixelShuffle(2), conv(features, 3))

    def forward(self, x):
        x = self.head(self.sub(x))
        return self.add(self.tail(x + self.body(x)))


class Esrgan(nn.Module):
    """Wang et al. 2018, and the 2x and 1x variants of Real-ESRGAN, which begin with a pixel unshuffle."""

    class Dense(nn.Module):
        def __init__(self, features, growth):
            super().__init__()
            self.convs = nn.ModuleList(conv(features + i * growth, growth) for i in range(4))
            self.last = conv(features + 4 * growth, features)

        def forward(self, x):
            seen = [x]
            for layer in self.convs:
                seen.append(F.leaky_relu(layer(torch.cat(seen, 1)), 0.2))
            return self.last(torch.cat(seen, 1)) * 0.2 + x

    def __init__(self, unshuffle=None, shrink=1, features=8, growth=4, depth=1):
        super().__init__()
        self.unshuffle = unshuffle or nn.Identity()
        self.first = conv(3 * shrink**2, features)
        self.body = nn.Sequential(*[Esrgan.Dense(features, growth) for _ in range(depth)])
        self.body_last = conv(features, features)
        self.up1, self.up2 = conv(features, features), conv(features, features)
        self.high, self.last = conv(features, features), conv(features, 3)

    def forward(self, x):
        x = self.first(self.unshuffle(x))
        x = x + self.body_last(self.body(x) * 0.2 + x)
        x = F.leaky_relu(self.up1(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2)
        x = F.leaky_relu(self.up2(F.interpolate(x, scale_factor=2, mode="nearest")), 0.2)
        return self.last(F.leaky_relu(self.high(x), 0.2))


class ViewUnshuffle(nn.Module):
    """The pixel unshuffle of those who wrote it before PyTorch had one: sizes, view, permute, reshape."""

    def forward(self, x):
        batch, channels, height, width = x.size()
        x = x.view(batch, channels, height // 2, 2, width // 2, 2).permute(0, 1, 3, 5, 2, 4)
        return x.reshape(batch, channels * 4, height // 2, width // 2)


class Span(nn.Module):
    """Wan et al. 2023: attention without parameters, from the symmetric sigmoid of the features themselves."""

    class Block(nn.Module):
        def __init__(self, features):
            super().__init__()
            self.c1, self.c2, self.c3 = (conv(features, features) for _ in range(3))

        def forward(self, x):
            out1 = self.c1(x)
            out3 = self.c3(F.silu(self.c2(F.silu(out1))))
            return (out3 + x) * (torch.sigmoid(out3) - 0.5), out1

    def __init__(self, features=10, scale=2):
        super().__init__()
        self.register_buffer("mean", torch.tensor([0.4488, 0.4371, 0.4040]).view(1, 3, 1, 1))
        self.first = conv(3, features)
        self.blocks = nn.ModuleList(Span.Block(features) for _ in range(2))
        self.second = conv(features, features)
        self.cat = conv(4 * features, features, 1)
        self.tail = nn.Sequential(conv(features, 3 * scale**2), nn.PixelShuffle(scale))

    def forward(self, x):
        first = self.first((x - self.mean) * 1.5)
        b1, _ = self.blocks[0](first)
        b2, inner = self.blocks[1](b1)
        return self.tail(self.cat(torch.cat([first, self.second(b2), b1, inner], 1)))


class Attention(nn.Module):
    """Squeeze and excitation; the mean over the picture is exported in one of two ways."""

    def __init__(self, features, reduction, pool):
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(features, reduction, 1), nn.Conv2d(reduction, features, 1)
        self.pool = nn.AdaptiveAvgPool2d(1) if pool else None

    def forward(self, x):
        mean = self.pool(x) if self.pool else torch.mean(x, dim=(2, 3), keepdim=True)
        return x * torch.sigmoid(self.c2(F.relu(self.c1(mean))))


class Cunet(nn.Module):
    """Real-CUGAN 2x (2022): two U-nets of valid convolutions whose skips are cropped to fit."""

    class Unet(nn.Module):
        def __init__(self, outputs, up, slices):
            super().__init__()
            leaky = nn.LeakyReLU(0.1)
            self.c1 = nn.Sequential(nn.Conv2d(3, 6, 3), leaky, nn.Conv2d(6, 9, 3), leaky)
            self.down = nn.Sequential(nn.Conv2d(9, 9, 2, stride=2), leaky)
            self.c2 = nn.Sequential(
                nn.Conv2d(9, 11, 3), leaky, nn.Conv2d(11, 9, 3), leaky, Attention(9, 4, pool=False))
            self.up = nn.Sequential(nn.ConvTranspose2d(9, 9, 2, stride=2), leaky)
            self.c3 = nn.Sequential(nn.Conv2d(9, 7, 3), leaky)
            self.last = nn.ConvTranspose2d(7, outputs, 4, stride=2, padding=3) if up else nn.Conv2d(7, outputs, 3)
            self.slices = slices

        def forward(self, x):
            skip = self.c1(x)
            deep = self.up(self.c2(self.down(skip)))
            skip = skip[:, :, 4:-4, 4:-4] if self.slices else F.pad(skip, (-4, -4, -4, -4))
            return self.last(self.c3(skip + deep))

    def __init__(self):
        super().__init__()
        self.unet1, self.unet2 = Cunet.Unet(3, True, False), Cunet.Unet(3, False, True)

    def forward(self, x):
        # The first U-net eats 7 pixels a side and the second 8 of the doubled ones, with the 2 that the convolution
        # transposed last eats, that is 12 of the picture.
        x = self.unet1(F.pad(x, (12, 12, 12, 12), mode="reflect"))
        correction = self.unet2(x)
        return F.pad(x, (-8, -8, -8, -8)) + correction


class Imdn(nn.Module):
    """Hui et al. 2019: information distillation by splitting channels, and channel attention."""

    def __init__(self, features=16, scale=2):
        super().__init__()
        kept = features // 4
        self.sizes = [kept, features - kept]
        self.first = conv(3, features)
        self.c1, self.c2 = conv(features, features), conv(features - kept, features)
        self.c3 = conv(features - kept, kept)
        self.attention, self.fuse = Attention(3 * kept, 3, pool=True), conv(3 * kept, features, 1)
        self.tail = nn.Sequential(conv(features, 3 * scale**2), nn.PixelShuffle(scale))

    def forward(self, x):
        x = self.first(x)
        d1, r = torch.split(F.leaky_relu(self.c1(x), 0.05), self.sizes, 1)
        d2, r = torch.split(F.leaky_relu(self.c2(r), 0.05), self.sizes, 1)
        return self.tail(x + self.fuse(self.attention(torch.cat([d1, d2, self.c3(r)], 1))))


class Ecbsr(nn.Module):
    """Zhang et al. 2021, merged for inference: luma only; the input is added to each of the shuffled channels."""

    def __init__(self, features=9, scale=2):
        super().__init__()
        self.body = nn.Sequential(
            conv(1, features), nn.PReLU(features), conv(features, features), nn.PReLU(features),
            conv(features, scale**2))
        self.shuffle = nn.PixelShuffle(scale)

    def forward(self, x):
        return self.shuffle(self.body(x) + x)


class Srresnet(nn.Module):
    """Ledig et al. 2017, its normalisation first in each block so that no exporter can merge it into a convolution."""

    class Block(nn.Module):
        def __init__(self, features):
            super().__init__()
            self.body = nn.Sequential(
                nn.BatchNorm2d(features), conv(features, features), nn.PReLU(), conv(features, features))

        def forward(self, x):
            return x + self.body(x)

    def __init__(self, features=8):
        super().__init__()
        self.first = nn.Sequential(conv(3, features, 9), nn.PReLU())
        self.body = nn.Sequential(Srresnet.Block(features), Srresnet.Block(features))
        self.tail = nn.Sequential(conv(features, 4 * features), nn.PixelShuffle(2), conv(features, 3, 5))

    def forward(self, x):
        enlarged = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        return enlarged + self.tail(self.body(self.first(x)))
