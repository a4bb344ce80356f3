"""Networks: what is trained and what is shipped are the same function."""

import unittest

import torch

import growing
import optimiser
import winograd
from networks import TRUNKS, EnlargingNetwork, PointwiseConv, Shape, WideConv, collapse


class NetworkTests(unittest.TestCase):
    def test_wide_convolutions_are_the_sum_of_their_branches(self) -> None:
        torch.manual_seed(1)
        x = torch.rand(2, 12, 9, 11)
        for outputs in (12, 7):
            conv = WideConv(12, outputs)
            self.assertLess((conv(x) - conv.branches(x)).abs().max().item(), 1e-5)

    @unittest.skipUnless(winograd.available(), "no C compiler here")
    def test_fast_convolutions_and_their_slopes_are_those_of_pytorch(self) -> None:
        torch.manual_seed(1)
        # Fewer tiles than are transformed at once, and several times as many with a rest.
        shapes = (1, 3, 12, 4, 4), (2, 16, 48, 9, 13), (3, 40, 27, 1, 30), (2, 32, 16, 29, 30)
        for pictures, inputs, outputs, height, width in shapes:
            x = torch.rand(pictures, inputs, height, width)
            kernel, bias = torch.randn(outputs, inputs, 3, 3) / 9, torch.rand(outputs)
            slopes = torch.randn(pictures, outputs, height, width)
            given = [each.requires_grad_() for each in (x, kernel, bias)]
            exact = [each.detach().double().requires_grad_() for each in given]
            result, wanted = winograd.conv3x3(*given), torch.nn.functional.conv2d(*exact, padding=1)
            self.assertLess((result - wanted).abs().max().item(), 1e-4 * wanted.abs().max().item())
            wanted = torch.autograd.grad(wanted, exact, slopes.double())
            for own, other in zip(torch.autograd.grad(result, given, slopes), wanted):
                self.assertLess((own - other).abs().max().item(), 1e-4 * other.abs().max().item())

    def test_kernels_move_as_far_in_every_direction(self) -> None:
        torch.manual_seed(1)
        for shape in ((12, 108), (48, 3)):
            stretched = torch.randn(shape) * torch.logspace(-1, 0, shape[1])
            sizes = torch.linalg.svdvals(optimiser.orthogonal(stretched[None])[0])
            self.assertLess(0.6, sizes.min().item())
            self.assertGreater(1.3, sizes.max().item())

    def test_kernels_go_down_and_the_rest_goes_as_with_adam(self) -> None:
        torch.manual_seed(1)
        rate = 0.01
        for shape in ((12, 4, 3, 3), (48, 3, 1, 1), (7,), (3, 5)):
            start, slope = torch.randn(shape), torch.randn(shape)
            own, other = (start.clone().requires_grad_() for _ in range(2))
            optimisers = optimiser.Muon([own], rate), torch.optim.Adam([other], rate)
            for _ in range(3):
                own.grad, other.grad = slope.clone(), slope.clone()
                for each in optimisers:
                    each.step()
            if len(shape) < 4:
                self.assertLess((own - other).abs().max().item(), 1e-6)
                continue
            moved = (own - start).detach()
            self.assertLess((moved * slope).sum().item(), 0)
            # Three steps, each as large as Adam's would be times the gain, were all singular values 1.
            size = 3 * rate * optimiser.KERNEL_GAIN * optimiser.ADAM_SIZE
            self.assertAlmostEqual(1, moved.square().mean().sqrt().item() / size, delta=0.3)

    def test_collapsed_networks_give_the_same_at_every_scale(self) -> None:
        torch.manual_seed(1)
        x = torch.rand(1, 3, 12, 10)
        for trunk in TRUNKS:
            for scale in (1, 2, 3, 4):
                network = EnlargingNetwork(Shape(trunk, 8, 2, scale)).eval()
                plain = collapse(network)
                self.assertFalse(any(isinstance(module, (WideConv, PointwiseConv)) for module in plain.modules()))
                self.assertEqual((1, 3, 12 * scale, 10 * scale), tuple(plain(x).shape))
                self.assertLess((network(x) - plain(x)).abs().max().item(), 1e-5)

    def test_reach_is_how_far_a_pixel_is_felt(self) -> None:
        torch.manual_seed(1)
        for trunk in TRUNKS:
            network = EnlargingNetwork(Shape(trunk, 4, 2, 1)).double()
            x = torch.rand(1, 3, 1, 41, dtype=torch.float64, requires_grad=True)
            network(x)[0, :, 0, 20].sum().backward()
            felt = x.grad[0].abs().sum(0)[0].nonzero()[:, 0]
            self.assertEqual(network.reach, 20 - felt.min().item())

    def test_a_wider_network_begins_as_the_narrow_one_and_learns_with_all_of_it(self) -> None:
        x = torch.rand(1, 3, 12, 10)
        for trunk in TRUNKS:
            torch.manual_seed(1)
            narrow, wide = (EnlargingNetwork(Shape(trunk, channels, 2, 2)) for channels in (6, 10))
            growing.begin(wide, collapse(narrow).state_dict())
            self.assertLess((wide(x) - narrow(x)).abs().max().item(), 1e-5, trunk)
            optimiser = torch.optim.SGD(wide.parameters(), lr=0.1)
            for step in range(2):
                optimiser.zero_grad()
                wide(x).square().mean().backward()
                optimiser.step()
            unmoved = [name for name, parameter in wide.named_parameters() if not parameter.grad.any()]
            self.assertEqual([], unmoved, trunk)

    def test_a_network_of_another_scale_begins_with_the_trunk_alone(self) -> None:
        torch.manual_seed(1)
        x = torch.rand(1, 3, 12, 10)
        twice, thrice = (EnlargingNetwork(Shape("span", 6, 2, scale)) for scale in (2, 3))
        head = thrice.tail.kernel().detach().clone()
        growing.begin(thrice, collapse(twice).state_dict())
        self.assertLess((twice.trunk(x) - thrice.trunk(x)).abs().max().item(), 1e-5)
        self.assertTrue(torch.equal(head, thrice.tail.kernel()))
