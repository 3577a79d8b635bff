namespace Stiefel.Client.Screen;

/// <summary>Somebody at the console, who can be asked.</summary>
internal interface IPerson
{
    /// <summary>One line.</summary>
    void Tell(string line);

    /// <summary>Asks for what nobody else may see; the caller overwrites it after use.</summary>
    /// <param name="question">Without a line's end.</param>
    /// <param name="limit">Bytes.</param>
    byte[] AskSecret(string question, int limit);
}
