from __future__ import annotations

import threading
import time

from fasdemo.runtime.feeds.fair_turns import FairTurns
from tests.support.serve_fixtures import wait_for


def test_fair_turns_are_given_in_the_order_of_the_requests() -> None:
    turns, order = FairTurns(1), list[int]()
    threads = []

    def take(number: int) -> None:
        with turns.turn():
            order.append(number)

    with turns.turn():
        for number in range(5):
            thread = threading.Thread(target=take, args=(number,))
            thread.start()
            threads.append(thread)
            wait_for(lambda: turns.waiting == len(threads))
    for thread in threads:
        thread.join(5.0)
    assert order == [0, 1, 2, 3, 4]


def test_fair_turns_let_no_thread_starve_beside_one_that_asks_again_at_once() -> None:
    turns, counts, running = FairTurns(1), [0] * 4, threading.Event()
    running.set()

    def work(number: int) -> None:
        while running.is_set():
            with turns.turn():
                # The last thread has frames that take ten times as long.
                time.sleep(0.01 if number == 3 else 0.001)
                counts[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    wait_for(lambda: sum(counts) >= 80)
    running.clear()
    for thread in threads:
        thread.join(5.0)
    # Not equal, because a thread of a busy machine may ask late.
    assert min(counts) >= 0.6 * max(counts)


def test_fair_turns_never_exceed_their_number_and_return_after_an_error() -> None:
    turns, inside, most, lock = FairTurns(2), 0, 0, threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            try:
                with turns.turn():
                    with lock:
                        inside += 1
                        most = max(most, inside)
                    time.sleep(0.0005)
                    with lock:
                        inside -= 1
                    raise ValueError
            except ValueError:
                pass

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10.0)
    assert most == 2
    with turns.turn(), turns.turn():
        assert turns.waiting == 0
