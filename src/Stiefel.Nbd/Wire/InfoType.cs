namespace Stiefel.Nbd.Wire;

/// <summary>Kinds of NBD_REP_INFO, and what NBD_OPT_INFO and NBD_OPT_GO may ask for (proto.md#option-reply-types).</summary>
internal enum InfoType : ushort
{
    /// <summary>NBD_INFO_EXPORT: size and transmission flags.</summary>
    Export = 0,

    /// <summary>NBD_INFO_NAME.</summary>
    Name = 1,

    /// <summary>NBD_INFO_DESCRIPTION.</summary>
    Description = 2,

    /// <summary>NBD_INFO_BLOCK_SIZE: minimum, preferred and maximum.</summary>
    BlockSize = 3,
}
