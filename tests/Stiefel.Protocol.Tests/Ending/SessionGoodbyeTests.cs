using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Keys;

namespace Stiefel.Protocol.Tests.Ending;

public sealed class SessionGoodbyeTests
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly SessionId s_session = SessionId.Read([.. Enumerable.Range(1, 16).Select(i => (byte)i)]);

    [Fact]
    public void IsProof_OwnOne_IsAndItsAnswerIsNone()
    {
        Assert.True(SessionGoodbye.IsProof(SessionGoodbye.Prove(s_key, s_session, 5), s_key, s_session, 5));
        Assert.True(SessionGoodbye.IsConfirmation(SessionGoodbye.Confirm(s_key, s_session, 5), s_key, s_session, 5));
        Assert.False(SessionGoodbye.IsProof(SessionGoodbye.Confirm(s_key, s_session, 5), s_key, s_session, 5));
        Assert.False(SessionGoodbye.IsConfirmation(SessionGoodbye.Prove(s_key, s_session, 5), s_key, s_session, 5));
    }

    [Fact]
    public void IsProof_AnyBitFlippedCutOffOrOfAnotherNumberSessionOrKey_IsNone()
    {
        var proof = SessionGoodbye.Prove(s_key, s_session, 5);
        for (var bit = 0; bit < 8 * proof.Length; bit++)
        {
            var forged = (byte[])proof.Clone();
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(SessionGoodbye.IsProof(forged, s_key, s_session, 5));
        }

        Assert.False(SessionGoodbye.IsProof(proof.AsSpan(1), s_key, s_session, 5));
        Assert.False(SessionGoodbye.IsProof([], s_key, s_session, 5));
        Assert.False(SessionGoodbye.IsProof(proof, s_key, s_session, 6));
        Assert.False(SessionGoodbye.IsProof(proof, s_key, default, 5));
        Assert.False(SessionGoodbye.IsProof(proof, [.. s_key.Reverse()], s_session, 5));
        Assert.Throws<ArgumentException>(() => SessionGoodbye.Prove(s_key.AsSpan(1), s_session, 5));
    }
}
