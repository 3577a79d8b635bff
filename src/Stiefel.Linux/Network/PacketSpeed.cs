using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Stiefel.Linux.Network;

/// <summary>Compares how fast echoes of small and of large packets go to a host and back. Some USB adapters send large ones, and are slower with them.</summary>
internal static class PacketSpeed
{
    /// <summary>Large packets are kept if they reach this part of the small ones' speed; less than one, because a short transfer measures roughly.</summary>
    internal const double Enough = 0.9;

    // A machine that is busy for a moment is not to blame the cable: slower is what is slower each time.
    private const int Tries = 3;

    private const int Rounds = 3;
    private const int BytesOfARound = 256 * 1024;

    // Less than the buffers of either end take.
    private const int BytesUnderWay = 48 * 1024;

    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_lost = TimeSpan.FromMilliseconds(250);

    /// <summary>True if large packets are fast enough.</summary>
    internal static bool IsEnough(double small, double large) => large > 0 && large >= Enough * small;

    /// <summary>Measures both, in turns, and keeps the better result of each; measures again if large ones are not fast enough.</summary>
    /// <returns>Bytes per second in each direction. A large packet that gets lost under load makes its speed zero; a small one leaves nothing to compare with, and is zero too.</returns>
    /// <exception cref="SocketException">The interface is gone.</exception>
    internal static (double Small, double Large) Compare(int index, IPAddress peer, int small, int large)
    {
        using var echoes = new EchoSocket(index, peer, large);
        var speeds = Compare(echoes, small, large);
        for (var tries = 1; tries < Tries && !IsEnough(speeds.Small, speeds.Large); tries++)
        {
            speeds = Compare(echoes, small, large);
        }

        return speeds;
    }

    private static (double Small, double Large) Compare(EchoSocket echoes, int small, int large)
    {
        var (bestOfSmall, bestOfLarge) = (0.0, 0.0);
        for (var round = 0; round < Rounds; round++)
        {
            bestOfSmall = Math.Max(bestOfSmall, Measure(echoes, small));
            if (Measure(echoes, large) is var speed and > 0)
            {
                bestOfLarge = Math.Max(bestOfLarge, speed);
            }
            else
            {
                return (bestOfSmall, 0);
            }
        }

        return (bestOfSmall, bestOfLarge);
    }

    private static double Measure(EchoSocket echoes, int size)
    {
        var (number, clock) = ((ushort)0, Stopwatch.StartNew());
        var (sent, heard) = (0, 0);
        while (heard < BytesOfARound && clock.Elapsed < s_longest)
        {
            for (; (sent <= heard || sent - heard <= BytesUnderWay - size) && sent < BytesOfARound; sent += size)
            {
                echoes.Send(number++, size);
            }

            if (echoes.Receive(s_lost) is not { } echo)
            {
                return 0;
            }

            // An echo of the round before may still arrive.
            heard += echo.Size == size ? size : 0;
        }

        return heard / clock.Elapsed.TotalSeconds;
    }
}
