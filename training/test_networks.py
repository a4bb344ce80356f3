"""Networks: what is trained and what is shipped are the same function."""

import unittest

import torch

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
