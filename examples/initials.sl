; The initials of a name, from three examples.
(set-logic SLIA)
(synth-fun initials ((name String)) String
  ((Start String) (I Int))
  ((Start String (name "." " " (str.++ Start Start) (str.at Start I) (str.substr Start I I)))
   (I Int (0 1 (+ I I) (- I I) (str.len Start) (str.indexof Start Start I)))))
(constraint (= (initials "Ada Lovelace") "A.L."))
(constraint (= (initials "Grace Hopper") "G.H."))
(constraint (= (initials "Barbara Liskov") "B.L."))
(check-synth)
