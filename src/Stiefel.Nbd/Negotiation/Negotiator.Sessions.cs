using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

// Our own options (docs/protocol.md#generations): the generation of this connection, the client's goodbye, and the server's notices.
internal sealed partial class Negotiator
{
    private ulong _generation;

    /// <summary>True once the client has proved by a goodbye or a request for notices that it has a session here.</summary>
    public bool IsProven { get; private set; }

    // 64 bits, not 0
    private bool HandleGeneration(ReadOnlySpan<byte> data)
    {
        var fields = new OptionData(data);
        if (!fields.TryReadUInt64(out var number) || !fields.IsAtEnd || number == 0 || _generation != 0)
        {
            stream.Refuse(NbdOption.Generation, OptionReplyType.ErrorInvalid, "a generation is one 64-bit number other than 0, sent once");
            return true;
        }

        _generation = number;
        stream.Reply(NbdOption.Generation, OptionReplyType.Ack, []);
        return true;
    }

    // 32 bits name length, name, 64 bits number, 32 bytes proof. The answer is the server's proof, then ACK.
    private bool HandleGoodbye(ReadOnlySpan<byte> data)
    {
        var fields = new OptionData(data);
        if (!fields.TryReadString(out var name) || !fields.TryReadUInt64(out var number) || !fields.TryReadBytes(Goodbye.ProofSize, out var proof) || !fields.IsAtEnd)
        {
            stream.Refuse(NbdOption.Goodbye, OptionReplyType.ErrorInvalid, "the goodbye is malformed");
            return true;
        }

        var answer = resolver.Hear(new Goodbye(name, number, proof));
        try
        {
            Answer(answer);
        }
        finally
        {
            answer.AfterReply?.Invoke();
        }

        return true;
    }

    private void Answer(GoodbyeAnswer answer)
    {
        if (answer.Proof is not { } proof)
        {
            Refusal = answer.Reason;
            stream.Refuse(NbdOption.Goodbye, answer.IsKnown ? OptionReplyType.ErrorPolicy : OptionReplyType.ErrorUnknown, answer.Reason);
            return;
        }

        IsProven = true;
        stream.Reply(NbdOption.Goodbye, OptionReplyType.Goodbye, proof);
        stream.Reply(NbdOption.Goodbye, OptionReplyType.Ack, []);
    }

    // 32 bits name length, name, 64 bits number, 64 bits number of the last notice, 32 bytes proof. The answer is any number of notices, then ACK.
    private bool HandleNotices(ReadOnlySpan<byte> data)
    {
        var fields = new OptionData(data);
        if (!fields.TryReadString(out var name) || !fields.TryReadUInt64(out var number) || !fields.TryReadUInt64(out var after)
            || !fields.TryReadBytes(Goodbye.ProofSize, out var proof) || !fields.IsAtEnd)
        {
            stream.Refuse(NbdOption.Notices, OptionReplyType.ErrorInvalid, "the request for notices is malformed");
            return true;
        }

        var answer = resolver.Ask(new NoticeQuestion(name, number, after, proof));
        if (answer.Notices is not { } notices)
        {
            Refusal = answer.Reason;
            stream.Refuse(NbdOption.Notices, answer.IsKnown ? OptionReplyType.ErrorPolicy : OptionReplyType.ErrorUnknown, answer.Reason);
            return true;
        }

        // A client may go on asking indefinitely: each genuine request restarts the handshake's time limit.
        IsProven = true;
        stream.BeginAnew();
        foreach (var notice in notices)
        {
            stream.Reply(NbdOption.Notices, OptionReplyType.Notice, notice);
        }

        stream.Reply(NbdOption.Notices, OptionReplyType.Ack, []);
        return true;
    }
}
