"""Course: what follows from the state between two epochs."""

import copy

import torch
from torch import nn

from calibrant.training.course import Course
from calibrant.training.epoch import Measure
from calibrant.training.network import TabularNet
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.optimizer import AdamW
from calibrant.training.settings import TrainSettings
from calibrant.training.stopping import EarlyStopping


def test_a_copy_of_a_course_goes_on_as_the_course_itself(train, validation):
    settings = TrainSettings(max_epochs=4, batch_size=32)
    network = TabularNet.for_training(
        train.features,
        n_numbers=2,
        n_classes=2,
        settings=NetworkSettings(hidden=(8,), dropout=(0.5,), members=2),
    )
    optimizer = AdamW(network.parameters(), weight_decay=0.1)
    measure = Measure(nn.CrossEntropyLoss(), train, validation, None)
    stopping = EarlyStopping(patience=10, min_gain=0.0)
    course = Course(network, optimizer, measure, stopping, settings, seed=5)
    course.advance()
    course.advance()
    twin = copy.deepcopy(course)
    torch.rand(3)  # the global generator is no part of it
    for one in (course, twin):
        while one.epochs_left:
            one.advance()
    assert len(course.history) == 4
    assert course.history == twin.history
    assert torch.equal(course.network.weights[0], twin.network.weights[0])
