using Stiefel.Nbd.Tests.Support;
using Stiefel.Nbd.Transmission;
using Xunit;

namespace Stiefel.Nbd.Tests.Transmission;

/// <summary>Replies are sent before each wait for the client, and after each MiB of a payload that has already arrived.</summary>
public sealed class RequestInputTests
{
    private const int Capacity = 256 << 10;
    private const int Piece = 64 << 10;
    private const int MiB = 1 << 20;

    [Fact]
    public void Payload_ThatIsHereAlready_IsTakenWithoutAWordForAMebibyte()
    {
        Assert.InRange(WordsIn(4 * MiB, isHere: true), 1, 5);
    }

    [Fact]
    public void Payload_ThatComesSlowly_IsNeverWaitedForInSilence()
    {
        Assert.Equal(4 * MiB / Piece, WordsIn(4 * MiB, isHere: false));
    }

    private static int WordsIn(int length, bool isHere)
    {
        var words = 0;
        using var client = isHere ? new ScriptTransport(new byte[length], Piece) : new SlowTransport(new byte[length], Piece);
        using var input = new RequestInput(client, Capacity, () => words++);
        for (var taken = 0; taken < length; taken += Piece)
        {
            Assert.Equal(Piece, input.TakePayload(Piece).Length);
        }

        return words;
    }
}
