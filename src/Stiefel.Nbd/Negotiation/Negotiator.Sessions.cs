using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

// Our own options (docs/protocol.md#generations): which generation of its client's connections this one is of, and the end of them all.
internal sealed partial class Negotiator
{
    private ulong _generation;

    // 64 bits, not 0
    private bool HandleGeneration(ReadOnlySpan<byte> data)
    {
        var fields = new OptionData(data);
        if (!fields.TryReadUInt64(out var number) || !fields.IsAtEnd || number == 0 || _generation != 0)
        {
            stream.Refuse(NbdOption.Generation, OptionReplyType.ErrorInvalid, "expected one number of 64 bits that is not 0, once");
            return true;
        }

        _generation = number;
        stream.Reply(NbdOption.Generation, OptionReplyType.Ack, []);
        return true;
    }

    // 32 bits name length, name, 64 bits number, 32 bytes proof. The answer is a proof in turn, then ACK.
    private bool HandleGoodbye(ReadOnlySpan<byte> data)
    {
        var fields = new OptionData(data);
        if (!fields.TryReadString(out var name) || !fields.TryReadUInt64(out var number) || !fields.TryReadBytes(Goodbye.ProofSize, out var proof) || !fields.IsAtEnd)
        {
            stream.Refuse(NbdOption.Goodbye, OptionReplyType.ErrorInvalid, "malformed goodbye");
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

        stream.Reply(NbdOption.Goodbye, OptionReplyType.Goodbye, proof);
        stream.Reply(NbdOption.Goodbye, OptionReplyType.Ack, []);
    }
}
