namespace Stiefel.Client.Memory;

/// <summary>What became of the wish that the stick remembers a laptop.</summary>
internal enum Remembrance
{
    /// <summary>The stick remembers it.</summary>
    Kept,

    /// <summary>The stick is not there: a person may pull it out as soon as the client runs.</summary>
    NoStick,

    /// <summary>The stick has write protection, is in use, or answers too late.</summary>
    NotWritable,
}
