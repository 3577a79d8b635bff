using System.Net.Sockets;

namespace Stiefel.Attach.Agent;

/// <summary>
/// Notices a laptop that serves while its end of the tunnel stays silent. The tunnel outlives a server that is killed, so the laptop was restarted, or
/// another desktop has the disk. A stranger on the cable can imitate this, so it is only reported to the person, and the disk goes on waiting.
/// </summary>
/// <param name="answers">Tests whether something answers at the laptop's address.</param>
/// <param name="milliseconds">A clock that counts milliseconds.</param>
internal sealed class TunnelSilence(Func<bool> answers, Func<long> milliseconds)
{
    /// <summary>The message for the person at the desktop.</summary>
    internal const string Meaning = "the laptop serves, and its end of the tunnel is gone: either it was restarted and lost writes it had acknowledged, or another desktop has its disk. "
        + "Nothing more is written to it: restart this desktop";

    /// <summary>The time for which the laptop answers and its tunnel does not until it is reported; longer than WireGuard takes to repeat a handshake.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private long? _since;
    private bool _hasAnswered;
    private bool _isTold;

    /// <summary>Resets the count of silence, because the cable is out or something came through.</summary>
    internal void Broken() => (_since, _hasAnswered) = (null, false);

    /// <summary>Takes the outcome of every failed try; true once, when the person is to be told.</summary>
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

        // Ask rarely: the test takes seconds if nothing answers, and delays the next try to connect.
        _since = milliseconds();
        // A cable that was out elsewhere answers before the tunnel does: once it answered, the tunnel has this time once more.
        var hadAnswered = _hasAnswered;
        _hasAnswered = answers();
        return _isTold = hadAnswered && _hasAnswered;
    }
}
