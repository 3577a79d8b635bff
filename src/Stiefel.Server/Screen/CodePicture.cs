using Stiefel.Server.QrCodes;

namespace Stiefel.Server.Screen;

/// <summary>The code for a browser on the laptop's screen: a QR code on the left, its explanation on the right. It replaces the usual rows.</summary>
internal static class CodePicture
{
    /// <summary>The rows, and at their end the two of the usual picture that stay: keys, and a line.</summary>
    /// <param name="address">Where the control plane is: `192.168.1.5:4645`, `[2001:db8::1]:4645`.</param>
    /// <param name="code">The one-time code.</param>
    /// <param name="left">The code's remaining lifetime.</param>
    /// <param name="certificate">The SHA-256 of the certificate that a browser is shown, in hexadecimal digits.</param>
    public static IReadOnlyList<string> Of(string address, string code, TimeSpan left, string certificate)
    {
        string[] words =
        [
            "",
            "Scan this with a phone, or open",
            $"https://{address}/",
            "and type as its token",
            string.Join('-', code.Chunk(4).Select(letters => new string(letters))),
            "",
            $"It works once, for {left.TotalSeconds:0} s.",
            "The browser may then look; you are asked",
            "here whether it may do more.",
            "",
            "It warns of a certificate that nobody",
            "signed. The right one's SHA-256 begins",
            string.Join(':', certificate[..16].Chunk(2).Select(digits => new string(digits))),
        ];
        return
        [
            .. QrCode.Draw($"https://{address}/#{code}").Select((row, index) => $"{row}  {(index < words.Length ? words[index] : "")}"),
            " [any key] put it away",
            new string('-', ScreenText.Columns),
        ];
    }
}
