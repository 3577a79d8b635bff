using System.Net.Sockets;

namespace Stiefel.Attach.Agent;

/// <summary>
/// A laptop that serves and whose end of the tunnel stays silent. The tunnel outlives a server that is killed, so the laptop was started anew, or the
/// disk is another desktop's. Anybody on the cable can look like that: it is told to the person, and the disk goes on waiting.
/// </summary>
/// <param name="answers">Looks whether somebody serves at the laptop's place.</param>
/// <param name="milliseconds">A clock.</param>
internal sealed class TunnelSilence(Func<bool> answers, Func<long> milliseconds)
{
    /// <summary>What it means.</summary>
    internal const string Meaning = "the laptop serves, and its end of the tunnel is gone: the laptop lost writes it had acknowledged, if it was started anew, or another desktop has its disk. "
        + "Nothing more is written to it: restart this desktop";

    /// <summary>Silent for so long; more than a handshake of WireGuard takes that has to be begun anew.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private long? _since;
    private bool _isTold;

    /// <summary>The cable is out, or something came through.</summary>
    internal void Broken() => _since = null;

    /// <summary>Hears of every failed try; true once, when it is to be told.</summary>
    internal bool TellsAfter(Exception failure)
    {
        if (failure is not SocketException { SocketErrorCode: not SocketError.ConnectionRefused })
        {
            Broken();
            return false;
        }

        _since ??= milliseconds();
        if (_isTold || milliseconds() - _since < Patience.TotalMilliseconds)
        {
            return false;
        }

        // To look takes seconds if nobody is there, in which the next try waits.
        _since = milliseconds();
        return _isTold = answers();
    }
}
