"""Networks: what is trained and what is shipped are the same function."""

import unittest

import torch

import growing
from networks import TRUNKS, EnlargingNetwork, Shape, WideConv, collapse


class NetworkTests(unittest.TestCase):
    def test_wide_convolutions_are_the_sum_of_their_branches(self) -> None:
        torch.manual_seed(1)
        x = torch.rand(2, 12, 9, 11)
        for outputs in (12, 7):
            conv = WideConv(12, outputs)
            self.assertLess((conv(x) - conv.branches(x)).abs().max().item(), 1e-5)

    def test_collapsed_networks_give_the_same_at_every_scale(self) -> None:
        torch.manual_seed(1)
        x = torch.rand(1, 3, 12, 10)
        for trunk in TRUNKS:
            for scale in (1, 2, 3, 4):
                network = EnlargingNetwork(Shape(trunk, 8, 2, scale)).eval()
                plain = collapse(network)
                self.assertFalse(any(isinstance(module, WideConv) for module in plain.modules()))
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
