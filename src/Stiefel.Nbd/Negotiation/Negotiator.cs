using System.Buffers.Binary;
using Stiefel.Nbd.Wire;

namespace Stiefel.Nbd.Negotiation;

/// <summary>
/// The server's side of the handshake (proto.md#fixed-newstyle-negotiation): greeting, then options one by one, each in
/// a method of its own, until one of them names an export or the client leaves. The options' chapters have a file each: Exports, MetaContext,
/// Formats, Sessions, Tls; they share what was agreed so far.
/// </summary>
/// <param name="stream">The client.</param>
/// <param name="resolver">Answers questions about exports.</param>
/// <param name="options">Limits, and how to answer STARTTLS.</param>
/// <param name="admit">Takes this connection into an export for transmission, as one of a generation; 0 for none.</param>
internal sealed partial class Negotiator(NegotiationStream stream, IExportResolver resolver, NegotiationOptions options, Func<string, ulong, Admission> admit)
{
    private bool _isFixed;
    private bool _omitsZeroes;
    private ReplyFormat _format;
    private NegotiatedSession? _session;

    /// <summary>Returns null if the client was only looking, and says why in <see cref="Refusal"/> if it was turned away.</summary>
    public NegotiatedSession? Run()
    {
        Greet();
        for (var i = 0; i < options.MaxOptions; i++)
        {
            if (!HandleOption())
            {
                return _session;
            }
        }

        throw new NbdProtocolException($"more than {options.MaxOptions} options");
    }

    /// <summary>The last refusal that a user would want to read in the log.</summary>
    public string? Refusal { get; private set; }

    private void Greet()
    {
        // S: NBDMAGIC, IHAVEOPT, 16 bits handshake flags; C: 32 bits client flags
        Span<byte> greeting = stackalloc byte[18];
        BinaryPrimitives.WriteUInt64BigEndian(greeting, NbdMagic.Server);
        BinaryPrimitives.WriteUInt64BigEndian(greeting[8..], NbdMagic.Option);
        BinaryPrimitives.WriteUInt16BigEndian(greeting[16..], (ushort)(HandshakeFlags.FixedNewstyle | HandshakeFlags.NoZeroes));
        stream.Send(greeting);

        Span<byte> answer = stackalloc byte[4];
        stream.ReceiveExactly(answer);
        var flags = (ClientFlags)BinaryPrimitives.ReadUInt32BigEndian(answer);
        if ((flags & ~(ClientFlags.FixedNewstyle | ClientFlags.NoZeroes)) != 0)
        {
            throw new NbdProtocolException($"unknown client flags 0x{(uint)flags:x8}");
        }

        _isFixed = flags.HasFlag(ClientFlags.FixedNewstyle);
        _omitsZeroes = flags.HasFlag(ClientFlags.NoZeroes);
    }

    /// <summary>False when haggling is over.</summary>
    private bool HandleOption()
    {
        Span<byte> head = stackalloc byte[OptionHeader.Size];
        stream.ReceiveExactly(head);
        if (!OptionHeader.TryRead(head, out var header))
        {
            throw new NbdProtocolException("an option without its magic");
        }

        if (!_isFixed && header.Option != NbdOption.ExportName)
        {
            throw new NbdProtocolException($"option {header.Option} from a client that does not speak fixed newstyle");
        }

        if (header.DataLength > NbdLimits.MaxOptionData)
        {
            SkipTooLong(header);
            return true;
        }

        var data = new byte[header.DataLength];
        stream.ReceiveExactly(data);
        return Dispatch(header.Option, data);
    }

    private bool Dispatch(NbdOption option, byte[] data)
    {
        if (IsTlsMissing(option))
        {
            return RefuseWithoutTls(option);
        }

        switch (option)
        {
            case NbdOption.ExportName:
                return HandleExportName(data);
            case NbdOption.Abort:
                return HandleAbort();
            case NbdOption.List:
                return HandleList(data);
            case NbdOption.StartTls:
                return HandleStartTls(data);
            case NbdOption.Info:
            case NbdOption.Go:
                return HandleInfoOrGo(option, data);
            case NbdOption.StructuredReply:
                return HandleStructuredReply(data);
            case NbdOption.ExtendedHeaders:
                return HandleExtendedHeaders(data);
            case NbdOption.ListMetaContext:
            case NbdOption.SetMetaContext:
                return HandleMetaContext(option, data);
            case NbdOption.Generation:
                return HandleGeneration(data);
            case NbdOption.Goodbye:
                return HandleGoodbye(data);
            case NbdOption.Notices:
                return HandleNotices(data);
            default:
                stream.Refuse(option, OptionReplyType.ErrorUnsupported, "this server does not know the option");
                return true;
        }
    }

    private void SkipTooLong(OptionHeader header)
    {
        if (header.DataLength > NbdLimits.MaxSkippedOptionData || header.Option == NbdOption.ExportName)
        {
            throw new NbdProtocolException($"option {header.Option} with {header.DataLength} bytes of data");
        }

        stream.Skip(header.DataLength);
        if (IsTlsMissing(header.Option))
        {
            RefuseWithoutTls(header.Option);
            return;
        }

        stream.Refuse(header.Option, OptionReplyType.ErrorTooBig, $"an option has at most {NbdLimits.MaxOptionData} bytes");
    }

    // NBD_OPT_ABORT: acknowledged, then the client closes; it may have done so already.
    private bool HandleAbort()
    {
        try
        {
            stream.Reply(NbdOption.Abort, OptionReplyType.Ack, []);
        }
        catch (System.Net.Sockets.SocketException)
        {
            // A client that does not wait for the answer is no error (proto.md#option-types).
        }

        return false;
    }
}
