using System.Text;
using Stiefel.Protocol.Ending;
using Stiefel.Protocol.Keys;
using Stiefel.Protocol.Notices;

namespace Stiefel.Protocol.Tests.Notices;

public sealed class SessionNoticesTests
{
    private static readonly byte[] s_key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly SessionId s_session = SessionId.Read([.. Enumerable.Range(1, 16).Select(i => (byte)i)]);
    private static readonly Notice s_notice = new(9, NoticeKind.Warning, "the laptop is on battery");

    [Fact]
    public void Open_WhatWasSealed_IsIt() =>
        Assert.Equal(s_notice, SessionNotices.Open(s_key, s_session, 5, 7, SessionNotices.Seal(s_key, s_session, 5, 7, s_notice)));

    [Fact]
    public void Open_OfAnotherQuestionPlaceSessionOrKey_IsNone()
    {
        var bytes = SessionNotices.Seal(s_key, s_session, 5, 7, s_notice);
        Assert.Null(SessionNotices.Open(s_key, s_session, 6, 7, bytes));
        Assert.Null(SessionNotices.Open(s_key, s_session, 5, 8, bytes));
        Assert.Null(SessionNotices.Open(s_key, default, 5, 7, bytes));
        Assert.Null(SessionNotices.Open([.. s_key.Reverse()], s_session, 5, 7, bytes));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(10)]
    public void Open_NumberIsNotAboveTheOneBefore_IsNone(ulong previous) =>
        Assert.Null(SessionNotices.Open(s_key, s_session, 5, previous, SessionNotices.Seal(s_key, s_session, 5, previous, s_notice)));

    [Fact]
    public void Open_AnyBitFlippedOrAnythingCutOffOrAdded_IsNone()
    {
        var bytes = SessionNotices.Seal(s_key, s_session, 5, 7, s_notice);
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            var forged = (byte[])bytes.Clone();
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(SessionNotices.Open(s_key, s_session, 5, 7, forged));
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(SessionNotices.Open(s_key, s_session, 5, 7, bytes.AsSpan(0, length)));
        }

        Assert.Null(SessionNotices.Open(s_key, s_session, 5, 7, [.. bytes, 0]));
    }

    [Fact]
    public void Seal_TextIsTooLong_IsCutOffAtAWholeCharacter()
    {
        var bytes = SessionNotices.Seal(s_key, s_session, 5, 7, s_notice with { Text = "ab" + new string('€', 300) });
        var text = SessionNotices.Open(s_key, s_session, 5, 7, bytes)!.Text;
        Assert.Equal("ab" + new string('€', 132), text);
        Assert.InRange(Encoding.UTF8.GetByteCount(text), SessionNotices.MaxTextBytes - 3, SessionNotices.MaxTextBytes);
        Assert.InRange(bytes.Length, 0, SessionNotices.MaxSize);
    }

    [Fact]
    public void IsProof_AnyBitFlippedOrOfAnotherQuestion_IsNone()
    {
        var proof = SessionNotices.Prove(s_key, s_session, 5, 7);
        Assert.True(SessionNotices.IsProof(proof, s_key, s_session, 5, 7));
        Assert.False(SessionNotices.IsProof(proof, s_key, s_session, 6, 7));
        Assert.False(SessionNotices.IsProof(proof, s_key, s_session, 5, 6));
        Assert.False(SessionNotices.IsProof(proof, s_key, default, 5, 7));
        for (var bit = 0; bit < 8 * proof.Length; bit++)
        {
            var forged = (byte[])proof.Clone();
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(SessionNotices.IsProof(forged, s_key, s_session, 5, 7));
        }
    }

    [Fact]
    public void Prove_BesideAGoodbyeOfTheSameKey_IsNoProofOfIt()
    {
        var proof = SessionNotices.Prove(s_key, s_session, 5, 7);
        Assert.False(SessionGoodbye.IsProof(proof, s_key, s_session, 5));
        Assert.False(SessionGoodbye.IsConfirmation(proof, s_key, s_session, 5));
    }
}
