"""The judge of adversarial training, which learns to tell results from real pictures while the network learns to
deceive it (Goodfellow and others, "Generative adversarial nets", 2014). It is ours from the first weight: its features
also take the place that networks trained on other people's pictures have in most perceptual losses."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from winograd import conv3x3

# Of the first layer. The work of a step then is about that of the networks that it judges.
CHANNELS = 32


class Discriminator(nn.Module):
    """Judges each patch of a picture by itself (Isola and others, "Image-to-image translation with conditional
    adversarial networks", 2017), under a spectral norm (Miyato and others, 2018), which keeps what it says about
    similar pictures similar. [N, 3, H, W] becomes [N, 1, H / 8, W / 8], above 0 where a patch looks real.

    It grows smaller by averages, as strides look harder at some of the pixels than at others, always the same ones.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = [3, CHANNELS, 2 * CHANNELS, 4 * CHANNELS]
        self.layers = nn.ModuleList([
            spectral_norm(nn.Conv2d(inputs, outputs, 3, padding=1))
            for inputs, outputs in zip(widths, widths[1:])])
        self.verdict = spectral_norm(nn.Conv2d(widths[-1], 1, 3, padding=1))

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The verdict, and the features of each layer that led to it."""
        features = []
        for layer in self.layers:
            x = F.avg_pool2d(F.leaky_relu(conv3x3(x, layer.weight, layer.bias), 0.2), 2)
            features.append(x)
        return self.verdict(x), features


class Judge:
    """A discriminator and how it learns."""

    def __init__(self, learning_rate: float, device: torch.device):
        self._network = Discriminator().to(device)
        self._optimiser = torch.optim.Adam(self._network.parameters(), lr=learning_rate, betas=(0.5, 0.99))

    def opinion(self, result: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """What the network should make smaller: by how much the features of the result differ from those of the target,
        and how surely it is no real picture."""
        self._network.requires_grad_(False)
        verdict, features = self._network(result)
        with torch.no_grad():
            _, wanted = self._network(target)
        self._network.requires_grad_(True)
        # Layers count alike, however small their numbers are.
        differences = [F.l1_loss(own, other) / other.abs().mean() for own, other in zip(features, wanted)]
        return torch.stack(differences).mean(), -verdict.mean()

    def learn(self, result: torch.Tensor, target: torch.Tensor, learning_rate: float) -> None:
        """One step towards telling them apart, with the hinge loss (Lim and Ye, 2017)."""
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        made, _ = self._network(result.detach())
        real, _ = self._network(target)
        loss = F.relu(1 + made).mean() + F.relu(1 - real).mean()
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._optimiser.step()

    def state(self) -> dict[str, Any]:
        return {"network": self._network.state_dict(), "optimiser": self._optimiser.state_dict()["state"]}

    def load(self, state: dict[str, Any]) -> None:
        self._network.load_state_dict(state["network"])
        groups = self._optimiser.state_dict()["param_groups"]
        self._optimiser.load_state_dict({"state": state["optimiser"], "param_groups": groups})
