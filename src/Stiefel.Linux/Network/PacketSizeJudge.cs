namespace Stiefel.Linux.Network;

/// <summary>
/// Judges by the echoes of small and large packets, which are sent in pairs, whether large ones get lost. Compares which of both was heard last, so a
/// slow way, on which all echoes are late, is not taken for one that drops large packets.
/// </summary>
internal sealed class PacketSizeJudge
{
    /// <summary>So many large packets in a row without an echo, whose small ones have one, count as lost by their size.</summary>
    internal const int Lost = 3;

    private long _small;
    private long _large;
    private long _firstOfRun = 1;

    /// <summary>The number of the latest pair.</summary>
    internal long Latest { get; private set; }

    /// <summary>True if a small packet came back and its large one did not yet.</summary>
    internal bool IsSuspicious => _small > _large;

    /// <summary>True if small packets come back and large ones do not.</summary>
    internal bool IsBroken => _small - _large >= Lost;

    /// <summary>The number of pairs since a large packet was lost, up to the last large one that came back.</summary>
    internal long Run => Math.Max(0, _large - _firstOfRun + 1);

    /// <summary>True once a large packet came back.</summary>
    internal bool HasWorked => _large > 0;

    /// <summary>True if both echoes of the latest pair were heard.</summary>
    internal bool IsComplete => _small == Latest && _large == Latest;

    /// <summary>Begins the next pair, and returns its number, which its packets have modulo 65536.</summary>
    internal long Next() => ++Latest;

    /// <summary>Takes an echo.</summary>
    internal void Hear(ushort number, bool isLarge)
    {
        var pair = Latest - (ushort)(Latest - number);
        if (isLarge)
        {
            _large = Math.Max(_large, pair);
        }
        else
        {
            _small = Math.Max(_small, pair);
        }
    }

    /// <summary>Counts the run anew.</summary>
    internal void Forget() => _firstOfRun = Latest + 1;
}
